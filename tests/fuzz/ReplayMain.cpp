// Feeds a fuzz target without libFuzzer: every file of the folder that is named, then mutations of them that are the same
// in every run. What the target finds wrong ends the process, so a run that ends well has found nothing.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size);

namespace {

void feed(const std::string &input)
{
    const std::vector<std::uint8_t> bytes(input.begin(), input.end()); // of its own, so that a read past the end is seen
    LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
}

std::string mutated(std::string text, const std::vector<std::string> &seeds, std::minstd_rand &random)
{
    const auto below = [&random](std::size_t bound) { return bound == 0 ? 0 : random() % bound; };
    for (std::size_t change = 1 + below(4); change > 0; --change) {
        const std::size_t at = below(text.size() + 1);
        const std::string &other = seeds[below(seeds.size())];
        const std::size_t from = below(other.size() + 1);
        switch (below(5)) {
        case 0: // another byte
            if (at < text.size())
                text[at] = static_cast<char>(below(256));
            break;
        case 1: // a byte more
            text.insert(at, 1, static_cast<char>(below(256)));
            break;
        case 2: // a piece less
            text.erase(at, below(8));
            break;
        case 3: // a piece of another seed
            text.insert(at, other, from, below(32));
            break;
        default: // a piece twice
            text.insert(at, text.substr(at, below(32)));
            break;
        }
    }
    return text;
}

} // namespace

int main(int argc, char **argv)
{
    std::vector<std::filesystem::path> paths;
    for (const auto &entry : std::filesystem::directory_iterator(argc > 1 ? argv[1] : "."))
        paths.push_back(entry.path());
    std::sort(paths.begin(), paths.end()); // the folder's own order differs between machines, and with it every mutation
    std::vector<std::string> seeds;
    for (const auto &path : paths) {
        std::ifstream file(path, std::ios::binary);
        seeds.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    }
    if (seeds.empty()) {
        std::fputs("there are no seeds\n", stderr);
        return 2;
    }

    std::minstd_rand random(20261122);
    int inputs = 0;
    for (const std::string &seed : seeds) {
        feed(seed);
        ++inputs;
        for (int round = 0; round < 2000; ++round, ++inputs)
            feed(mutated(seed, seeds, random));
    }
    std::printf("%d inputs\n", inputs);
    return 0;
}
