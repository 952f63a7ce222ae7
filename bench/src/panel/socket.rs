//! The panel's end of the WebSocket.

use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tungstenite::{Error, Message, WebSocket};

use crate::clock;
use crate::fault::Fault;

/// What a message may take at most.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often a listener looks whether it is to end.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// A message with the moment at which it came, on the shared clock.
pub(crate) struct Frame {
    /// When.
    pub(crate) at: u64,
    /// JSON.
    pub(crate) text: String,
}

/// Somebody who keeps all that is said, on a thread of its own.
pub(crate) struct Listener {
    ending: Arc<AtomicBool>,
    thread: JoinHandle<Result<Vec<Frame>, Fault>>,
}

impl Listener {
    /// Connects; after the first message, from now on everything is heard.
    pub(crate) fn begin(address: SocketAddr) -> Result<Self, Fault> {
        let mut socket = connect(address)?;
        next(&mut socket)?;
        socket.get_mut().set_read_timeout(Some(LOOK_EVERY))?;
        let ending = Arc::new(AtomicBool::new(false));
        let end = Arc::clone(&ending);
        let thread = thread::spawn(move || {
            let mut frames = Vec::new();
            while !end.load(Ordering::Relaxed) {
                frames.extend(next(&mut socket)?);
            }
            Ok(frames)
        });
        Ok(Self { ending, thread })
    }

    /// Ends; gives what was said.
    pub(crate) fn end(self) -> Result<Vec<Frame>, Fault> {
        self.ending.store(true, Ordering::Relaxed);
        let broken = |_| Fault::misbehaved("the listener", "ended abnormally");
        self.thread.join().map_err(broken)?
    }
}

/// Connects and waits for the first message: all that the Live page shows.
pub(crate) fn first_message(address: SocketAddr) -> Result<(), Fault> {
    let mut socket = connect(address)?;
    match next(&mut socket)? {
        Some(_) => Ok(()),
        None => Err(Fault::misbehaved("the WebSocket", "says nothing")),
    }
}

fn connect(address: SocketAddr) -> Result<WebSocket<TcpStream>, Fault> {
    let stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let refused = |cause: &dyn std::fmt::Display| {
        Fault::misbehaved("the WebSocket", format!("cannot be opened: {cause}"))
    };
    let (socket, _) = tungstenite::client(format!("ws://{address}/ws"), stream)
        .map_err(|cause| refused(&cause))?;
    Ok(socket)
}

/// The next text; `None` when none came in time.
fn next(socket: &mut WebSocket<TcpStream>) -> Result<Option<Frame>, Fault> {
    use std::io::ErrorKind::{TimedOut, WouldBlock};
    loop {
        match socket.read() {
            Ok(Message::Text(text)) => {
                let at = clock::now();
                let text = text.to_string();
                return Ok(Some(Frame { at, text }));
            }
            Ok(_) => {}
            Err(Error::Io(cause)) if matches!(cause.kind(), TimedOut | WouldBlock) => {
                return Ok(None);
            }
            Err(cause) => {
                let problem = format!("broke: {cause}");
                return Err(Fault::misbehaved("the WebSocket", problem));
            }
        }
    }
}
