# SPDX-License-Identifier: MIT
"""Real ClickHouse servers and a real ZooKeeper for tests and measurements: on loopback, with ports and a folder
of their own, ended with the process that started them, however that ends."""
import pathlib
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request

PATIENCE_S = 90  # for a server to start; no figure
SERVER = shutil.which("clickhouse-server", path="/usr/sbin:/usr/bin:/usr/local/bin")
ZOOKEEPER = pathlib.Path("/usr/share/java/zookeeper.jar")
USERS = """<?xml version="1.0"?>
<yandex><profiles><default><log_queries>1</log_queries></default></profiles><quotas><default/></quotas><users><default><password></password>
<networks><ip>127.0.0.1</ip></networks><profile>default</profile><quota>default</quota></default></users></yandex>
"""


def missing(with_zookeeper):
    """What is not installed, or nothing."""
    if SERVER is None:
        return "clickhouse-server is not installed"
    if with_zookeeper and not (ZOOKEEPER.exists() and shutil.which("java")):
        return "zookeeper is not installed"
    return None


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


def ends_with_us(command):
    return [shutil.which("setpriv"), "--pdeathsig", "KILL", *command] if shutil.which("setpriv") else command


class Process:
    """A server of this test."""

    def __init__(self, folder, command):
        self.folder, self.command = folder, command
        self.process = None

    def start(self):
        with open(self.folder / "output", "ab") as output:
            self.process = subprocess.Popen(ends_with_us(self.command), cwd=self.folder, stdin=subprocess.DEVNULL,
                                            stdout=output, stderr=output)

    def kill(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def await_answer(self, answers):
        end = time.monotonic() + PATIENCE_S
        while not answers():
            said = (self.folder / "output").read_text(encoding="utf-8", errors="replace")[-1500:]
            assert self.process.poll() is None and time.monotonic() < end, f"does not start: {said}"
            time.sleep(0.1)


class Zookeeper(Process):
    def __init__(self, folder):
        folder.mkdir()
        self.port = free_ports(1)[0]
        (folder / "zoo.cfg").write_text(
            f"tickTime=1000\nminSessionTimeout=2000\ndataDir={folder}/data\nclientPort={self.port}\n"
            "clientPortAddress=127.0.0.1\nadmin.enableServer=false\n4lw.commands.whitelist=srvr\n", encoding="utf-8")
        (folder / "log4j.properties").write_text(
            "log4j.rootLogger=WARN, A\nlog4j.appender.A=org.apache.log4j.ConsoleAppender\n"
            "log4j.appender.A.layout=org.apache.log4j.SimpleLayout\n", encoding="utf-8")
        super().__init__(folder, [shutil.which("java"), "-Xmx128m", "-cp", f"{folder}:{ZOOKEEPER}",
                                  "org.apache.zookeeper.server.quorum.QuorumPeerMain", f"{folder}/zoo.cfg"])
        self.start()

    def is_well(self):
        """Serves sessions: it accepts connections before that, and ClickHouse 18.16 dies of being refused then."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
                connection.sendall(b"srvr")
                return b"Mode: standalone" in connection.makefile("rb").read()
        except OSError:
            return False


class Clickhouse(Process):
    """One server; `cluster` is XML for its configuration."""

    def __init__(self, folder, ports, cluster=""):
        folder.mkdir()
        self.http_port, self.tcp_port, self.copy_port = ports
        (folder / "users.xml").write_text(USERS, encoding="utf-8")
        (folder / "config.xml").write_text(f"""<?xml version="1.0"?>
<yandex><logger><level>warning</level><log>{folder}/log</log><errorlog>{folder}/errors</errorlog></logger>
<listen_host>127.0.0.1</listen_host><interserver_http_host>127.0.0.1</interserver_http_host>
<http_port>{self.http_port}</http_port><tcp_port>{self.tcp_port}</tcp_port>
<interserver_http_port>{self.copy_port}</interserver_http_port>
<path>{folder}/data/</path><tmp_path>{folder}/tmp/</tmp_path><users_config>users.xml</users_config>
<default_profile>default</default_profile><default_database>default</default_database>
<mark_cache_size>67108864</mark_cache_size>
<query_log><database>system</database><table>query_log</table></query_log>{cluster}</yandex>
""", encoding="utf-8")
        super().__init__(folder, [SERVER, f"--config-file={folder}/config.xml"])
        self.start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.http_port}"

    def ask(self, query, timeout=PATIENCE_S, **settings):
        """The answer as text; an AssertionError with the server's words when it refuses."""
        target = f"{self.url}/?{urllib.parse.urlencode({'wait_end_of_query': 1, **settings})}"
        try:
            with urllib.request.urlopen(target, data=query.encode(), timeout=timeout) as answer:
                return answer.read().decode().strip()
        except urllib.error.HTTPError as refused:
            raise AssertionError(f"{query[:200]}: {refused.read().decode()[:600]}") from None

    def is_well(self):
        try:
            return self.ask("SELECT 1", timeout=5) == "1"
        except OSError:
            return False


class Servers:
    """Some servers: one alone, or `shards` with as many replicas each, under one ZooKeeper, as the cluster `fleet`."""

    def __init__(self, folder, replicas_of_shards=(1,), is_cluster=False):
        self.folder = pathlib.Path(folder)
        self.zookeeper = Zookeeper(self.folder / "zookeeper") if is_cluster else None
        self.all = []
        try:
            self.start(replicas_of_shards, is_cluster)
        except BaseException:
            self.__exit__()
            raise

    def start(self, replicas_of_shards, is_cluster):
        ports = free_ports(3 * sum(replicas_of_shards))
        places = [(shard, replica) for shard, count in enumerate(replicas_of_shards) for replica in range(count)]
        if is_cluster:
            self.zookeeper.await_answer(self.zookeeper.is_well)
        for number, (shard, replica) in enumerate(places):
            cluster = self.cluster_of(places, ports, shard, replica) if is_cluster else ""
            self.all.append(Clickhouse(self.folder / f"server{number}", ports[3 * number:3 * number + 3], cluster))
        for each in self.all:
            each.await_answer(each.is_well)

    def cluster_of(self, places, ports, shard, replica):
        shards = ""
        for wanted in sorted({each for each, _ in places}):
            shards += "<shard><internal_replication>true</internal_replication>"
            for number, (this, _) in enumerate(places):
                if this == wanted:
                    shards += f"<replica><host>127.0.0.1</host><port>{ports[3 * number + 1]}</port></replica>"
            shards += "</shard>"
        return (f"<remote_servers><fleet>{shards}</fleet></remote_servers>"
                f"<zookeeper><node><host>127.0.0.1</host><port>{self.zookeeper.port}</port></node>"
                "<session_timeout_ms>4000</session_timeout_ms></zookeeper>"
                "<distributed_ddl><path>/clickhouse/task_queue/ddl</path></distributed_ddl>"
                f"<macros><shard>{shard}</shard><replica>{replica}</replica></macros>")

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        for each in [*self.all, self.zookeeper]:
            if each is not None:
                each.kill()

    @property
    def urls(self):
        return ",".join(each.url for each in self.all)
