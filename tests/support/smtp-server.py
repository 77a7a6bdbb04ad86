#!/usr/bin/python3
"""A mail server on 127.0.0.1 for the tests: aiosmtpd, a real one, with STARTTLS and AUTH.

It says its port on its first line of output, and ends with its standard input. Each mail that it takes becomes a file in the
directory, as JSON: the envelope, the message as it came, and what Python's own parser makes of it. The addressee's name
decides what it does:

  busy-N-...     the first N times it is not taken for now (451), then it is
  refused-...    it is never taken (550)
  foreign-...    it is not relayed for us (554, at RCPT)
  spam-...       the mail itself is never taken (554)
  silent-...     the mail is kept, and the answer never comes
  dying-...      the first time the server dies in the middle of the mail, which is lost
  late-...       the first time the server dies when it has kept the mail, before it says so

Whether it was offered a password in the clear is kept as well.
"""
import argparse
import asyncio
import base64
import email
import email.policy
import json
import os
import re
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


class Mailbox:
    def __init__(self, directory):
        self.directory = directory
        self.number = 0
        self.refusals = {}

    def is_first(self, what):
        """Once in all lives of the server on this directory."""
        try:
            os.close(os.open(os.path.join(self.directory, what + ".once"), os.O_CREAT | os.O_EXCL))
            return True
        except FileExistsError:
            return False

    async def handle_RCPT(self, server, session, envelope, address, options):
        name = address.split("@")[0]
        busy = re.match(r"busy-(\d+)-", name)
        if busy:
            self.refusals[address] = self.refusals.get(address, 0) + 1
            if self.refusals[address] <= int(busy.group(1)):
                return f"451 4.3.2 {address} come again"
        if name.startswith("refused-"):
            return f"550 5.1.1 {address} is not here"
        if name.startswith("foreign-"):
            return f"554 5.7.1 {address}: relay access denied"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 taken"

    async def handle_DATA(self, server, session, envelope):
        name = envelope.rcpt_tos[0].split("@")[0]
        if name.startswith("spam-"):
            return f"554 5.7.1 {envelope.rcpt_tos[0]} does not want this"
        if name.startswith("dying-") and self.is_first(name):
            os._exit(1)
        self.keep(server, session, envelope)
        if name.startswith("late-") and self.is_first(name):
            os._exit(1)
        if name.startswith("silent-"):
            await asyncio.sleep(3600)
        return "250 2.0.0 kept"

    def keep(self, server, session, envelope):
        message = email.message_from_bytes(envelope.original_content, policy=email.policy.default)
        parts = {part.get_content_type(): part.get_content() for part in message.walk() if not part.is_multipart()}
        kept = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "tls": server.transport.get_extra_info("ssl_object") is not None,
            "authenticated": bool(session.authenticated),
            "raw": base64.b64encode(envelope.original_content).decode(),
            "headers": [[name.lower(), str(value)] for name, value in message.items()],
            "plain": parts.get("text/plain", ""),
            "html": parts.get("text/html", ""),
            "defects": [str(defect) for part in message.walk() for defect in part.defects]
            + [str(defect) for value in message.values() for defect in getattr(value, "defects", [])],
        }
        self.number += 1
        place = os.path.join(self.directory, f"{os.getpid()}-{self.number:04}.json")
        with open(place + ".part", "w", encoding="utf-8") as file:
            json.dump(kept, file)
        os.rename(place + ".part", place)


async def serve(options):
    loop = asyncio.get_running_loop()
    context = None
    if options.tls != "off":
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(options.certificate, options.key)

    def authenticate(server, session, envelope, mechanism, data):
        if server.transport.get_extra_info("ssl_object") is None:
            mailbox.is_first("password-in-the-clear")
        good = isinstance(data, LoginPassword) and data.login.decode() == options.user and data.password.decode() == options.password
        return AuthResult(success=good, handled=False)

    mailbox = Mailbox(options.directory)

    def connection():
        return SMTP(
            mailbox,
            hostname="localhost",
            enable_SMTPUTF8=True,
            loop=loop,
            tls_context=context if options.tls == "starttls" else None,
            require_starttls=options.tls == "starttls",
            auth_required=bool(options.user),
            auth_require_tls=options.tls == "starttls",
            authenticator=authenticate if options.user else None,
        )

    server = await loop.create_server(connection, "127.0.0.1", options.port, ssl=context if options.tls == "implicit" else None)
    print(server.sockets[0].getsockname()[1], flush=True)
    loop.add_reader(sys.stdin, lambda: os._exit(0) if not os.read(0, 1024) else None)
    await server.serve_forever()


parser = argparse.ArgumentParser()
parser.add_argument("--directory", required=True)
parser.add_argument("--port", type=int, default=0)
parser.add_argument("--tls", choices=["starttls", "implicit", "off"], default="starttls")
parser.add_argument("--certificate")
parser.add_argument("--key")
parser.add_argument("--user", default="")
parser.add_argument("--password", default="")
asyncio.run(serve(parser.parse_args()))
