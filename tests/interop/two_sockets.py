"""A broker with one endpoint for clients and another for workers."""

import json
import pathlib

import zmq

from _mdp import (
    CLIENT,
    CLIENT_REQUEST_02,
    DISCONNECT,
    HEARTBEAT,
    Broker,
    Worker,
    ask,
    client_reply,
    client_request,
    dealer,
    eventually,
    run,
    wait_for_service,
    wait_for_workers,
)


class SplitBroker(Broker):
    """Workers connect to `workers`."""

    def __init__(self, *arguments):
        super().__init__("--bind-workers", "tcp://127.0.0.1:*", *arguments)
        ports = (pathlib.Path(self.folder.name) / "port").read_text().split()
        assert len(ports) == 2, ports
        self.workers = f"tcp://127.0.0.1:{ports[1]}"


def stat(broker, name):
    client = dealer(broker.endpoint)
    reply = json.loads(ask(client, "0.2", b"mmi.stats", b"")[-1])
    client.close()
    return reply["mdp_broker_messages_dropped_total"][name]


def each_side_at_its_own_endpoint():
    """7-1 7-2 clients and workers meet through two ROUTERs, in both versions"""
    with SplitBroker() as broker:
        clients = {"0.1": dealer(broker.endpoint), "0.2": dealer(broker.endpoint)}
        for version in ("0.1", "0.2"):
            worker = Worker(broker.workers, b"work", version)
            wait_for_service(broker.endpoint, b"work")
            for asking, client in clients.items():
                client.send_multipart(client_request(asking, b"work", b"x"))
                address, body = worker.next_request()
                worker.finish(address, *body)
                assert client.recv_multipart() == client_reply(asking, b"work", b"x")
            worker.say(DISCONNECT[version])
            worker.close()
        for client in clients.values():
            client.close()


def the_wrong_endpoint():
    """7-2 a client among the workers, and a worker among the clients, is not heard"""
    with SplitBroker() as broker:
        client = dealer(broker.workers)
        client.send_multipart([CLIENT["0.2"], CLIENT_REQUEST_02, b"mmi.service", b"work"])
        worker = Worker(broker.endpoint, b"work", "0.2")
        asking = dealer(broker.endpoint)
        assert ask(asking, "0.2", b"mmi.service", b"work") == [b"404"]
        honest = Worker(broker.workers, b"work", "0.2")
        wait_for_service(broker.endpoint, b"work")
        honest.say(HEARTBEAT["0.2"])
        eventually(lambda: stat(broker, "wrong_door") >= 2, "nobody has counted them")
        assert client.poll(0) == 0 and worker.socket.poll(0) == 0
        for peer in (client, asking, worker, honest):
            peer.close()


def many_of_both():
    """7-2 what goes to one side never reaches a peer of the other"""
    with SplitBroker() as broker:
        workers = [Worker(broker.workers, b"work", "0.2") for _ in range(8)]
        wait_for_workers(broker.endpoint, b"work", len(workers))
        clients = [dealer(broker.endpoint) for _ in range(8)]
        for number, client in enumerate(clients):
            client.send_multipart(client_request("0.2", b"work", b"%d" % number))
        held = [worker.next_request() for worker in workers]  # before one has room for another's
        for worker, (address, body) in zip(workers, held):
            worker.finish(address, *body)
        for number, client in enumerate(clients):
            assert client.recv_multipart() == client_reply("0.2", b"work", b"%d" % number)
        for peer in [*clients, *(worker.socket for worker in workers)]:
            peer.close()


def a_worker_that_only_beats():
    """T1 a worker that beats and never answers does not keep its request"""
    # The other one has as long for its answer, and must not need it on a slow machine.
    with Broker("--answer-timeout", "2s", "--heartbeat", "10s") as broker:
        stuck = Worker(broker.endpoint, b"work", "0.2")
        wait_for_service(broker.endpoint, b"work")
        client = dealer(broker.endpoint)
        client.send_multipart(client_request("0.2", b"work", b"x"))
        stuck.next_request()
        other = Worker(broker.endpoint, b"work", "0.2")
        stuck.socket.rcvtimeo = 50
        while True:  # it beats until it is told to go
            stuck.say(HEARTBEAT["0.2"])
            try:
                command, _ = stuck.next_command()
            except zmq.Again:
                continue
            assert command == DISCONNECT["0.2"], command
            break
        address, body = other.next_request()
        other.finish(address, *body)
        assert client.recv_multipart() == client_reply("0.2", b"work", b"x")
        for peer in (client, stuck, other):
            peer.close()


run(each_side_at_its_own_endpoint, the_wrong_endpoint, many_of_both, a_worker_that_only_beats)
