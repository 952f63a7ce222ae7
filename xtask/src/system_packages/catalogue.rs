//! Which packages there are, what they are called, and who needs them. A new one is one entry here.

/// How one recognises that a package is there.
pub(super) enum Sign {
    /// A module that pkg-config knows.
    Library(&'static str),
    /// One of these programs, in PATH or where the system keeps its services.
    Program(&'static [&'static str]),
    /// A module that the first python3 in PATH can load.
    Python(&'static str),
    /// A module that the system's own Python can load: its bindings are packages of the system.
    SystemPython(&'static str),
}

/// One requirement and what it is called by each package manager.
pub(super) struct Package {
    /// How one sees that it is there.
    pub(super) sign: Sign,
    /// Debian, Ubuntu.
    pub(super) apt: &'static str,
    /// Fedora.
    pub(super) dnf: &'static str,
    /// Arch.
    pub(super) pacman: &'static str,
}

/// A requirement and its names: apt, dnf, pacman.
const fn on(sign: Sign, apt: &'static str, dnf: &'static str, pacman: &'static str) -> Package {
    Package {
        sign,
        apt,
        dnf,
        pacman,
    }
}

/// What every build needs: ring, SQLite and zstd have C in them.
const COMPILER: &[Package] = &[on(
    Sign::Program(&["cc"]),
    "build-essential",
    "gcc gcc-c++ make",
    "base-devel",
)];

/// What the desktop program links, and pkg-config to find it. The tray speaks D-Bus itself and needs
/// no appindicator library.
const DESKTOP: &[Package] = &[
    on(
        Sign::Program(&["pkg-config"]),
        "pkg-config",
        "pkgconf-pkg-config",
        "pkgconf",
    ),
    on(
        Sign::Library("webkit2gtk-4.1"),
        "libwebkit2gtk-4.1-dev",
        "webkit2gtk4.1-devel",
        "webkit2gtk-4.1",
    ),
    on(
        Sign::Library("dbus-1"),
        "libdbus-1-dev",
        "dbus-devel",
        "dbus",
    ),
];

/// What the tests use beside that: a browser, a display with a window manager and a session bus
/// without a person, programs and bindings that look at windows, and Python's virtual environments for
/// the real SDKs.
const TESTS: &[Package] = &[
    on(Sign::Program(&BROWSERS), "chromium", "chromium", "chromium"),
    on(
        Sign::Program(&["Xvfb"]),
        "xvfb",
        "xorg-x11-server-Xvfb",
        "xorg-server-xvfb",
    ),
    on(
        Sign::Program(&["dbus-run-session"]),
        "dbus",
        "dbus-daemon",
        "dbus",
    ),
    on(
        Sign::Python("ensurepip"),
        "python3-venv",
        "python3",
        "python",
    ),
    on(Sign::Program(&["openbox"]), "openbox", "openbox", "openbox"),
    on(Sign::Program(&["wmctrl"]), "wmctrl", "wmctrl", "wmctrl"),
    on(Sign::Program(&["xdotool"]), "xdotool", "xdotool", "xdotool"),
    on(
        Sign::Program(&["xwininfo"]),
        "x11-utils",
        "xorg-x11-utils",
        "xorg-xwininfo xorg-xprop",
    ),
    on(
        Sign::Program(&["import"]),
        "imagemagick",
        "ImageMagick",
        "imagemagick",
    ),
    on(
        Sign::SystemPython("dbus"),
        "python3-dbus",
        "python3-dbus",
        "python-dbus",
    ),
    on(
        Sign::SystemPython("gi"),
        "python3-gi",
        "python3-gobject",
        "python-gobject",
    ),
];

/// The yardstick of the benchmarks.
const BENCH: &[Package] = &[on(
    Sign::Program(&["nginx"]),
    "nginx-light",
    "nginx-core",
    "nginx",
)];

/// Names under which a Chromium is installed.
pub(super) const BROWSERS: [&str; 4] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
];

/// What somebody is about to do.
#[derive(Clone, Copy)]
pub(crate) enum Purpose {
    /// Build the program without a window.
    Headless,
    /// Build the desktop program.
    Desktop,
    /// Build and run every test.
    Tests,
    /// Run the benchmarks.
    Bench,
}

impl Purpose {
    /// What has to be there for it.
    pub(super) fn packages(self) -> impl Iterator<Item = &'static Package> {
        let groups: &[&'static [Package]] = match self {
            Self::Headless => &[COMPILER],
            Self::Desktop => &[COMPILER, DESKTOP],
            Self::Tests => &[COMPILER, DESKTOP, TESTS],
            Self::Bench => &[COMPILER, BENCH],
        };
        groups.iter().copied().flatten()
    }
}
