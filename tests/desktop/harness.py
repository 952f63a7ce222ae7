"""The app as a user handles it: its process, its windows, its tray item, its server."""

import contextlib
import http.server
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

import dbus

PROGRAM = os.environ["RELAYSCOPE_DESKTOP_BIN"]
WORK = pathlib.Path(os.environ["RELAYSCOPE_WORK"])
HERE = pathlib.Path(__file__).resolve().parent

# Longest wait for one thing to happen. Generous: the machine may build something else meanwhile.
PATIENCE_S = 40
PAUSE_S = 0.1


def wait_for(what, condition, patience=PATIENCE_S):
    """The first true value of `condition`."""
    end = time.monotonic() + patience
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"waited {patience} s in vain for: {what}")
        time.sleep(PAUSE_S)


def stays(what, condition, seconds):
    """Fails when `condition` stops to hold within `seconds`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert condition(), f"did not stay so: {what}"
        time.sleep(PAUSE_S)


def output(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip()


def free_port():
    """A port that is free, and whose next one is free too."""
    while True:
        with socket.socket() as one, socket.socket() as other:
            one.bind(("127.0.0.1", 0))
            port = one.getsockname()[1]
            with contextlib.suppress(OSError, OverflowError):
                other.bind(("127.0.0.1", port + 1))
                return port


def answers(port):
    """Whether a server answers at `port`."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def proxy_on(port):
    """Whether the server at `port` says that it carries requests."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/proxy", timeout=5) as answer:
        return json.load(answer)["on"]


class Process:
    """A helper process that ends with its block."""

    def __init__(self, *command, **options):
        self.process = subprocess.Popen(command, **options)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()

    def end(self):
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Billing:
    """A site with the plain billing interface: 20 dollars, of which `used` cents are used."""

    def __init__(self):
        self.used = 0
        station = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                answers = {
                    "/v1/dashboard/billing/subscription": {
                        "object": "billing_subscription", "has_payment_method": True, "soft_limit_usd": 20,
                        "hard_limit_usd": 20, "system_hard_limit_usd": 20, "access_until": 0},
                    "/v1/dashboard/billing/usage": {"object": "list", "total_usage": station.used},
                }
                answer = answers.get(self.path.split("?")[0])
                body = json.dumps(answer or {"error": {"message": "no such path"}}).encode()
                self.send_response(200 if answer else 404)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_GET

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def desktop(tray=True):
    """A desktop with notifications and, if wanted, a tray."""
    arguments = [] if tray else ["--no-tray"]
    started = Process(sys.executable, HERE / "fake_desktop.py", *arguments)
    name = "org.kde.StatusNotifierWatcher" if tray else "org.freedesktop.Notifications"
    wait_for("the fake desktop", lambda: dbus.SessionBus().name_has_owner(name))
    return started


class App(Process):
    """One start of the desktop app. `data` is that of an earlier start, or USUAL for the directory
    that everybody has who asks for no other."""

    USUAL = "usual"

    count = 0

    def __init__(self, *arguments, data=None, port=None, config="", environment=None):
        App.count += 1
        self.port = port or free_port()
        place = []
        if data is not App.USUAL:
            self.data = data or WORK / f"data-{App.count}"
            self.data.mkdir(mode=0o700, exist_ok=True)
            place = ["--data-dir", self.data]
        if config:
            (self.data / "config.toml").write_text(config)
        self.log = WORK / f"log-{App.count}"
        with open(self.log, "w", encoding="utf-8") as log:
            super().__init__(
                PROGRAM, *place, "--port", str(self.port), *arguments,
                stderr=log, env={**os.environ, **(environment or {})},
            )

    def call(self, method, path, body=None):
        """One call of the API, signed in."""
        headers = {"X-Relayscope-Token": (self.data / "session-token").read_text().strip()}
        data = None if body is None else json.dumps(body).encode()
        url = f"http://127.0.0.1:{self.port}{path}"
        asked = urllib.request.Request(url, data=data, headers=headers, method=method)
        with urllib.request.urlopen(asked, timeout=10) as answer:
            return json.load(answer)

    # === the process ===

    def exit_code(self, patience=PATIENCE_S):
        try:
            return self.process.wait(patience)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"still running after {patience} s") from None

    def terminate(self):
        self.process.send_signal(signal.SIGTERM)

    def processes(self):
        """Ids of the app and of everything that it started."""
        children = {}
        for entry in pathlib.Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                # The name before may hold spaces and brackets.
                parent = int(entry.read_text().rpartition(")")[2].split()[1])
                children.setdefault(parent, []).append(int(entry.parent.name))
        found = [self.process.pid]
        for process in found:
            found += children.get(process, [])
        return found

    def web_processes(self):
        """Names of those that are WebKit's."""
        names = []
        for process in self.processes():
            with contextlib.suppress(OSError):
                names.append(pathlib.Path(f"/proc/{process}/comm").read_text().strip())
        return [name for name in names if name.startswith("WebKit")]

    def memory_mb(self):
        """Memory of all of them; what they share with other programs counts in part (PSS)."""
        sizes = []
        for process in self.processes():
            with contextlib.suppress(OSError):
                lines = pathlib.Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
                sizes += [int(line.split()[1]) for line in lines if line.startswith("Pss:")]
        return sum(sizes) / 1024

    # === its windows ===

    def windows(self, title="Relayscope"):
        """Ids of the visible windows with exactly this title (a pattern) that are ours."""
        found = output("xdotool", "search", "--onlyvisible", "--all",
                       "--pid", str(self.process.pid), "--name", f"^{title}$")
        return found.split()

    def window(self, title="Relayscope"):
        """The one visible window of this title, waited for."""
        [window] = wait_for(f"a window {title!r}", lambda: self.windows(title))[:1]
        return window

    def no_window(self):
        wait_for("no window", lambda: not self.windows(".*"))

    def close(self, window):
        # Through the window manager, as a click on the cross does.
        output("wmctrl", "-i", "-c", hex(int(window)))

    def exists(self, window):
        """Whether there is such a window, visible or not."""
        return "Window id" in output("xwininfo", "-id", window)

    def is_active(self, window):
        return output("xdotool", "getactivewindow") == window

    def is_minimised(self, window):
        return "Iconic" in output("xprop", "-id", window, "WM_STATE")

    def geometry(self, window):
        shell = output("xdotool", "getwindowgeometry", "--shell", window)
        place = dict(line.split("=") for line in shell.splitlines())
        return tuple(int(place[key]) for key in ("X", "Y", "WIDTH", "HEIGHT"))

    def press(self, window, key):
        """Presses a key in a window that has the keyboard."""
        wait_for("the keyboard's focus", lambda: self.is_active(window))
        output("xdotool", "key", "--window", "0", key)

    def picture(self, window, name):
        """A picture of the window, once something is painted in it; how many colours it has."""
        folder = pathlib.Path(os.environ.get("RELAYSCOPE_SCREENSHOTS") or WORK)
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"{name}.png"

        def painted():
            output("import", "-window", window, str(file))
            colours = output("identify", "-format", "%k", str(file))
            # A window's plain background is one colour; text alone brings dozens of shades.
            return int(colours) if colours.isdigit() and int(colours) > 16 else None

        return wait_for(f"something painted in {name}", painted)


class TrayItem:
    """The app's item in the fake tray, as a panel sees it."""

    def __init__(self):
        # A connection of its own, so that nothing is remembered from an earlier app.
        self.bus = dbus.bus.BusConnection(os.environ["DBUS_SESSION_BUS_ADDRESS"])
        self.name = wait_for("a tray item", self._registered)
        item = self.bus.get_object(self.name, "/StatusNotifierItem", introspect=False)
        self.item = dbus.Interface(item, "org.kde.StatusNotifierItem")
        self.properties = dbus.Interface(item, "org.freedesktop.DBus.Properties")
        menu = self.bus.get_object(self.name, str(self.property("Menu")), introspect=False)
        self.menu = dbus.Interface(menu, "com.canonical.dbusmenu")

    def _registered(self):
        names = TrayItem.registered(self.bus)
        return names[0] if names else None

    @staticmethod
    def registered(bus=None):
        bus = bus or dbus.SessionBus()
        watcher = bus.get_object("org.kde.StatusNotifierWatcher", "/StatusNotifierWatcher",
                                 introspect=False)
        return watcher.Get("org.kde.StatusNotifierWatcher", "RegisteredStatusNotifierItems",
                           dbus_interface="org.freedesktop.DBus.Properties")

    def property(self, name):
        return self.properties.Get("org.kde.StatusNotifierItem", name)

    def activate(self):
        """A left click."""
        self.item.Activate(0, 0)

    def entries(self):
        """(id, label, state) of the menu's lines; the state is None where there is no tick."""
        _revision, (_root, _properties, children) = self.menu.GetLayout(
            0, -1, dbus.Array(signature="s"), signature="iias"
        )
        return self._lines(children)

    def within(self, pattern):
        """The same of the submenu whose label fits."""
        _revision, (_root, _properties, children) = self.menu.GetLayout(
            0, -1, dbus.Array(signature="s"), signature="iias"
        )
        for _number, properties, below in children:
            if re.search(pattern, str(properties.get("label", ""))):
                return self._lines(below)
        return []

    @staticmethod
    def _lines(children):
        lines = []
        for number, properties, _children in children:
            if properties.get("type") == "separator":
                lines.append((int(number), "—", None))
            else:
                label = str(properties.get("label", "")).replace("__", "_")
                state = properties.get("toggle-state") if "toggle-type" in properties else None
                lines.append((int(number), label, None if state is None else bool(state)))
        return lines

    def labels(self):
        return [label for _number, label, _state in self.entries()]

    def entry(self, pattern):
        found = [entry for entry in self.entries() if re.search(pattern, entry[1])]
        assert found, f"no entry {pattern!r} in {self.labels()}"
        return found[0]

    def state(self, pattern):
        return self.entry(pattern)[2]

    def click(self, pattern):
        self.press(self.entry(pattern)[0])

    def press(self, number):
        self.menu.Event(number, "clicked", dbus.String("", variant_level=1), dbus.UInt32(0))


def notifications():
    """Titles of all notifications so far."""
    server = dbus.SessionBus().get_object(
        "org.freedesktop.Notifications", "/org/freedesktop/Notifications", introspect=False
    )
    return [str(title) for title in server.Titles(dbus_interface="dev.relayscope.Test")]


def forget():
    """Removes what the app keeps outside of its data directory."""
    for folder in (".config", ".local", ".cache"):
        shutil.rmtree(pathlib.Path(os.environ["HOME"]) / folder, ignore_errors=True)
