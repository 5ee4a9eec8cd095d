"""A mail server for the tests: aiosmtpd on the loopback address, with TLS and logins.

Usage: server.py MODE CERTIFICATE KEY [EXCLUDED...]

MODE is none, starttls or implicit. The port is the first line of the output; each message is a line of JSON after it.
The server ends with its input.
"""

import asyncio
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult


class Keeper:
    async def handle_DATA(self, server, session, envelope):
        print(json.dumps({
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "user": (session.auth_data.login.decode() if session.auth_data else ""),
            "tls": session.ssl is not None or server.transport.get_extra_info("ssl_object") is not None,
            "content": envelope.content.decode("ascii"),
        }), flush=True)
        return "250 2.0.0 kept"


def authenticate(server, session, envelope, mechanism, data):
    good = data.login == b"horizon" and data.password == b"correct horse"
    return AuthResult(success=good, handled=False, auth_data=data)


async def main(mode, certificate, key, *excluded):
    context = None
    if mode != "none":
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate, key)

    def protocol():
        return SMTP(
            Keeper(), hostname="mail.test", loop=asyncio.get_running_loop(), authenticator=authenticate,
            auth_required=mode != "none", auth_require_tls=mode == "starttls", auth_exclude_mechanism=excluded,
            tls_context=context if mode == "starttls" else None, require_starttls=mode == "starttls",
        )

    listening = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", 0, ssl=context if mode == "implicit" else None)
    print(listening.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


asyncio.run(main(*sys.argv[1:]))
