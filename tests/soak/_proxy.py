"""A TCP proxy on loopback that does what networks do to connections: _proxy.py TO_PORT PORT_FILE SEED

Each direction of each connection passes bytes on in pieces of any size, stalls for a while and then goes on, or ends: cut
(RST), half-closed (FIN one way, the other way stays open) or closed. It listens on a port the system chooses, and
writes it to PORT_FILE."""

import asyncio
import os
import random
import socket
import struct
import sys

LIFE_S = (0.2, 6)  # of a connection, until its end is drawn
STALL_S = (0.05, 1.5)
RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Proxy:
    def __init__(self, to_port, seed):
        self.to_port = to_port
        self.dice = random.Random(seed)

    async def serve(self, near_reader, near):
        try:
            far_reader, far = await asyncio.open_connection("127.0.0.1", self.to_port)
        except OSError:  # the broker is down
            near.close()
            return
        pumps = [asyncio.ensure_future(self.pump(near_reader, far)), asyncio.ensure_future(self.pump(far_reader, near))]
        await asyncio.wait(pumps, timeout=self.dice.uniform(*LIFE_S), return_when=asyncio.FIRST_COMPLETED)
        how = self.dice.choice(("cut", "half-close", "close"))
        if how == "half-close":
            writer = self.dice.choice((near, far))
            if writer.can_write_eof() and not writer.is_closing():
                writer.write_eof()
            await asyncio.wait(pumps, timeout=self.dice.uniform(*STALL_S))
        for writer in (near, far):
            if how == "cut":
                raw = writer.get_extra_info("socket")
                if raw is not None and raw.fileno() >= 0:
                    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
            writer.close()
        for pump in pumps:
            pump.cancel()
        await asyncio.gather(*pumps, return_exceptions=True)

    async def pump(self, reader, writer):
        while True:
            if self.dice.random() < 0.02:
                await asyncio.sleep(self.dice.uniform(*STALL_S))
            data = await reader.read(65536)
            if not data:
                return
            if self.dice.random() < 0.05:  # in pieces, so that frames are torn
                middle = self.dice.randrange(len(data))
                writer.write(data[:middle])
                await asyncio.sleep(0.005)
                data = data[middle:]
            writer.write(data)
            await writer.drain()


async def main(to_port, port_file, seed):
    server = await asyncio.start_server(Proxy(to_port, seed).serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    with open(port_file + ".part", "w", encoding="ascii") as file:
        file.write(str(port))
    os.rename(port_file + ".part", port_file)
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: None)  # broken connections are its trade
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
