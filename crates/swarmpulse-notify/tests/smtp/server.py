"""A real mail server: aiosmtpd with STARTTLS and AUTH. Prints its port, then each letter as a line of JSON."""

import asyncio
import json
import logging
import ssl
import sys
import warnings

from aiosmtpd.smtp import SMTP, AuthResult

# Handshakes that fail and passwords that are wrong are what is tried.
logging.disable()
warnings.simplefilter("ignore")


class Handler:
    async def handle_DATA(self, server, session, envelope):
        letter = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "encrypted": session.ssl is not None,
            "user": (session.auth_data or b"").decode(),
            "hello": session.host_name,
            "letter": envelope.content.decode("ascii"),
        }
        print(json.dumps(letter), flush=True)
        return "250 taken"


def authenticate(server, session, envelope, mechanism, data):
    right = (data.login, data.password) == (b"pulse", sys.argv[3].encode())
    # Not handled: the server gives the answer itself.
    return AuthResult(success=right, handled=False, auth_data=data.login)


async def main():
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(sys.argv[1], sys.argv[2])
    loop = asyncio.get_running_loop()
    options = {"loop": loop, "auth_required": True, "authenticator": authenticate}
    if sys.argv[4] == "implicit":
        # The protocol does not know then that it is encrypted.
        options["auth_require_tls"] = False
        encryption = context
    else:
        options |= {"tls_context": context, "require_starttls": True}
        encryption = None
    server = await loop.create_server(lambda: SMTP(Handler(), **options), "127.0.0.1", 0, ssl=encryption)
    print(server.sockets[0].getsockname()[1], flush=True)
    # Until whoever started us goes.
    await loop.run_in_executor(None, sys.stdin.read)


asyncio.run(main())
