#!/usr/bin/env python3
"""What an installation of 1,000 people with 100 tasks each takes: footprint.py PROGRAM [PEOPLE]

Starts PROGRAM on a new SQLite database on this machine, fills it through the API, and measures memory, disk, CPU, latency,
and backups. The figures in docs/DEPLOYMENT.md are what it printed."""

import base64
import concurrent.futures
import contextlib
import hashlib
import hmac
import http.client
import json
import os
import pathlib
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

TASKS, LINES = 100, 50
# Seconds until what a start needs is given back.
REST = 20
SECRET, METRICS = (base64.b64encode(os.urandom(36)).decode() for _ in range(2))
JSON = {"Content-Type": "application/json"}


def row(name, value):
    print(f"| {name} | {value} |", flush=True)


class Server:
    """The program on a folder."""

    def __init__(self, program, folder):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.program, self.folder = program, folder
        self.settings = os.environ | {
            "SAYDO_DATA_DIR": folder,
            "SAYDO_LISTEN": f"127.0.0.1:{self.port}",
            "SAYDO_LOG": "error",
            "SAYDO_METRICS_TOKEN": METRICS,
            "SAYDO_RATE_LIMITS": "off",
            "BETTER_AUTH_SECRET": SECRET,
        }

    def __enter__(self):
        began = time.monotonic()
        self.process = subprocess.Popen([self.program, "serve"], env=self.settings, cwd=self.folder)
        while True:
            try:
                status, _ = self.ask("GET", "/health")
                if status == 200:
                    break
            except OSError:
                pass
            if time.monotonic() - began > 60:
                raise SystemExit("the server did not start")
            time.sleep(0.002)
        self.started = time.monotonic() - began
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)

    def connection(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def ask(self, method, path, body=None, headers=JSON):
        connection = self.connection()
        connection.request(method, path, body and json.dumps(body), headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, text

    def resident(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024

    def cpu(self):
        """Seconds of processor time so far."""
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def requests(self, operation):
        """How many there were of an operation so far."""
        _, text = self.ask("GET", "/metrics", headers={"Authorization": f"Bearer {METRICS}"})
        counts = re.findall(rf'^saydo_http_requests_total{{.*{re.escape(operation)}.*}} (\d+)', text, re.M)
        return sum(map(int, counts))

    def command(self, *arguments):
        began = time.monotonic()
        done = subprocess.run([self.program, *arguments], env=self.settings, cwd=self.folder, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"{arguments}: {done.stderr}")
        return time.monotonic() - began, done.stdout


def token(person):
    """As the server would give it."""
    encode = lambda data: base64.urlsafe_b64encode(data).rstrip(b"=")
    claims = {"sub": person, "iss": "todo-api", "exp": int(time.time()) + 86400}
    text = encode(b'{"alg":"HS256","typ":"JWT"}') + b"." + encode(json.dumps(claims).encode())
    return (text + b"." + encode(hmac.new(SECRET.encode(), text, hashlib.sha256).digest())).decode()


def add_people(folder, count):
    """Rows as a new person has them: signing up would hash a thousand passwords, which is slow for a reason."""
    with sqlite3.connect(pathlib.Path(folder, "saydo.db")) as database:
        rows = ((f"person-{n}", f"person-{n}@example.com", "", time.time_ns() // 1000) for n in range(count))
        database.executemany("INSERT INTO users (id, email, name, created_at) VALUES (?, ?, ?, ?)", rows)


def add_tasks(server, person):
    connection = server.connection()
    headers = JSON | {"Authorization": f"Bearer {token(person)}"}
    for batch in range(TASKS // LINES):
        lines = "\n".join(f"- call number {batch * LINES + n} about the garden tomorrow at 9:30" for n in range(LINES))
        connection.request("POST", f"/api/{person}/chat", json.dumps({"message": lines}), headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        if answer.status != 200:
            raise SystemExit(f"{answer.status}: {text}")
    connection.close()


def health(server):
    connection, times = server.connection(), []
    for _ in range(1000):
        began = time.monotonic()
        connection.request("GET", "/health")
        connection.getresponse().read()
        times.append((time.monotonic() - began) * 1000)
    times.sort()
    return "p50 {:.2f} ms, p95 {:.2f} ms, p99 {:.2f} ms".format(*(times[len(times) * p // 100] for p in (50, 95, 99)))


def load(server, scenario, operation, *pace):
    """One run of `saydo load`, with the processor time of a request in its middle."""
    samples, over = [], threading.Event()

    def sample():
        while not over.wait(0.25):
            # A machine that is busy may not answer in time; the next sample will do.
            with contextlib.suppress(OSError):
                samples.append((server.requests(operation), server.cpu()))

    watch = threading.Thread(target=sample)
    watch.start()
    arguments = ["--scenario", scenario, "--users", "100", "--ramp", "2s", "--duration", "20s", "--target-p95", "1h", "--target-errors", "100", *pace]
    _, text = server.command("load", "--json", "--base-url", f"http://127.0.0.1:{server.port}", *arguments)
    over.set()
    watch.join()
    last = samples[-1][0] - samples[0][0]
    middle = [(n, cpu) for n, cpu in samples if 0.25 < (n - samples[0][0]) / last < 0.75]
    each = (middle[-1][1] - middle[0][1]) / (middle[-1][0] - middle[0][0]) * 1000
    told = json.loads(text)
    for act, of in told["acts"].items():
        times = ", ".join(f"{p} {of['response'][p]:.1f} ms" for p in ("p50", "p95", "p99"))
        row(f"{scenario}, 100 people {' '.join(pace)}: {act}", f"{of['count']} requests, {sum(of['errors'].values())} errors, {times}")
    row(f"{scenario} {' '.join(pace)}: processor time of a request", f"{each:.2f} ms")
    row(f"{scenario} {' '.join(pace)}: memory after it", f"{server.resident():.0f} MB")


def size(folder):
    return sum(file.stat().st_size for file in pathlib.Path(folder).rglob("*") if file.is_file()) / 1e6


def measure(program, people, folder):
    with Server(program, folder) as server:
        row("cold start, new database", f"{server.started * 1000:.0f} ms")
        time.sleep(REST)
        row("memory, idle, new database", f"{server.resident():.0f} MB")
        row("GET /health", health(server))
    empty = size(folder)
    add_people(folder, people)
    with Server(program, folder) as server:
        began, cpu = time.monotonic(), server.cpu()
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda n: add_tasks(server, f"person-{n}"), range(people)))
        row(f"{people * TASKS:,} tasks said", f"{time.monotonic() - began:.0f} s, {server.cpu() - cpu:.0f} s of processor time")
        row("memory after that", f"{server.resident():.0f} MB")
    full = size(folder)
    row(f"database, {people:,} people, {people * TASKS:,} tasks", f"{full:.0f} MB ({(full - empty) * 1e6 / people / TASKS:.0f} bytes a task)")
    backups = pathlib.Path(folder, "copies")
    with Server(program, folder) as server:
        row("start with these", f"{server.started * 1000:.0f} ms")
        time.sleep(REST)
        row("memory, idle, with these", f"{server.resident():.0f} MB")
        for scenario, operation in (("chat-offline", "/chat"), ("list", "/api/tasks"), ("mixed", "")):
            load(server, scenario, operation, "--rate", "2")
        took, _ = server.command("backup", "--dir", str(backups), "create")
        row("backup while it runs", f"{took:.1f} s, {size(backups):.0f} MB")
        took, _ = server.command("backup", "--dir", str(backups), "verify")
        row("that backup verified, restored where nobody sees it", f"{took:.1f} s")


def main():
    program, people = os.path.abspath(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    print(f"{time.strftime('%F')}, {os.cpu_count()} cores, load average before {os.getloadavg()[0]:.1f}\n\n| | |\n|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        measure(program, people, folder)
    print(f"\nload average after {os.getloadavg()[0]:.1f}")


main()
