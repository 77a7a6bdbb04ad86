#include "server/limits/LimitScripts.h"

namespace aegis {
namespace {

/// A counter is `failures:time of the last one in ms`.
constexpr char readCounter[] = R"lua(
local function read(key)
    local failures, last = string.match(redis.call('GET', key) or '', '^(%d+):(%d+)$')
    return tonumber(failures) or 0, tonumber(last) or 0
end
local function write(key, failures, last, forget)
    redis.call('SET', key, string.format('%.0f:%.0f', failures, last), 'PX', string.format('%.0f', forget))
end
)lua";

} // namespace

const RedisScript &LimitScripts::take()
{
    static const RedisScript script = RedisScript::of(R"lua(
local now, step, calls = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local window = step * calls
local full = tonumber(redis.call('GET', KEYS[1]) or '') or 0
full = math.min(math.max(full, now), now + window)
local taken = 0
if full + step <= now + window then
    taken = 1
    full = full + step
    redis.call('SET', KEYS[1], string.format('%.0f', full), 'PX', string.format('%.0f', math.ceil((full - now) / 1000) + 1000))
end
return {taken, full}
)lua");
    return script;
}

const RedisScript &LimitScripts::beginLogin()
{
    static const RedisScript script = RedisScript::of(QByteArray(readCounter) + R"lua(
local now, held = tonumber(ARGV[1]), ARGV[2] == '1'
local most, pause, pauseMost, forget = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local accountMost, delay, delayMost = tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9])
local strict, lock = ARGV[10] == '1', tonumber(ARGV[11])
local pair, pairLast = read(KEYS[1])
local account, accountLast = read(KEYS[2])
if now - pairLast >= forget then pair = 0 end
if now - accountLast >= forget then account = 0 end

local wait = 0
if pair >= most then
    local length = math.min(pause * 2 ^ math.min(pair - most, 40), pauseMost)
    wait = math.min(pairLast + length - now, length)
end
if wait > 0 then return {1, math.ceil(wait), pair, account} end
if account >= accountMost then
    local length = lock
    if not strict then length = math.min(delay * (account - accountMost + 1), delayMost) end
    wait = math.min(accountLast + length - now, length)
    if wait > 0 and (strict or held) then return {2, math.ceil(wait), pair, account} end
    if strict then account = 0 end
end
write(KEYS[1], pair + 1, now, forget)
write(KEYS[2], account + 1, now, forget)
return {0, 0, pair + 1, account + 1}
)lua");
    return script;
}

const RedisScript &LimitScripts::releaseLogin()
{
    static const RedisScript script = RedisScript::of(QByteArray(readCounter) + R"lua(
for i = 1, 2 do
    local failures, last = read(KEYS[i])
    local left = redis.call('PTTL', KEYS[i])
    if failures > 1 and left > 0 then
        write(KEYS[i], failures - 1, last, left)
    else
        redis.call('DEL', KEYS[i])
    end
end
return {0, 0}
)lua");
    return script;
}

const RedisScript &LimitScripts::failLogin()
{
    static const RedisScript script = RedisScript::of(R"lua(
local function add(key, member, most)
    local count = redis.call('SCARD', key)
    if count >= most or redis.call('SADD', key, member) == 0 then return 0 end
    if count == 0 then redis.call('PEXPIRE', key, ARGV[3]) end
    return count + 1 == most and 1 or 0
end
return {add(KEYS[1], ARGV[1], tonumber(ARGV[4])), add(KEYS[2], ARGV[2], tonumber(ARGV[5]))}
)lua");
    return script;
}

} // namespace aegis
