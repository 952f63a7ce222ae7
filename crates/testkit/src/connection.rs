//! One TCP connection: requests in, scripts out, one after the other.

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

use crate::choice::Choice;
use crate::control;
use crate::journal::{Ended, Journal};
use crate::player::{Played, play};
use crate::request::{Incoming, Request};
use crate::scenarios::{self, Call, Reads};

struct Connection {
    incoming: Incoming<OwnedReadHalf>,
    writer: OwnedWriteHalf,
    journal: Journal,
    number: u64,
    carried: u64,
    counted: bool,
}

/// Whether the connection may carry another request.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Open,
    Over,
}

/// Serves a connection until one side ends it.
pub(crate) async fn serve(socket: TcpStream, journal: Journal) {
    let (reader, writer) = socket.into_split();
    let number = journal.accepted();
    let mut connection = Connection {
        incoming: Incoming::new(reader),
        writer,
        journal: journal.clone(),
        number,
        carried: 0,
        counted: true,
    };
    while connection.turn().await == Next::Open {}
    journal.closed();
}

// === impl Connection ===

impl Connection {
    async fn turn(&mut self) -> Next {
        let Ok(Some(mut request)) = self.incoming.head().await else {
            return Next::Over;
        };
        let early = Choice::by_header(&request)
            .and_then(|choice| scenarios::named(&choice.name))
            .is_some_and(|scenario| scenario.reads == Reads::HeadOnly);
        if !early && !self.read_body(&mut request).await {
            return Next::Over;
        }
        if control::is_control(&request) {
            return self.control(&request).await;
        }
        let close = request.wants_close();
        match self.answer(&request).await {
            Played::Whole if !close => Next::Open,
            _ => Next::Over,
        }
    }

    async fn read_body(&mut self, request: &mut Request) -> bool {
        let expects = request
            .header("expect")
            .is_some_and(|value| value.contains("100-continue"));
        if expects
            && self
                .writer
                .write_all(b"HTTP/1.1 100 Continue\r\n\r\n")
                .await
                .is_err()
        {
            return false;
        }
        match self.incoming.body(request).await {
            Ok(body) => {
                request.body = body;
                true
            }
            Err(_) => false,
        }
    }

    async fn control(&mut self, request: &Request) -> Next {
        if self.counted && self.carried == 0 {
            self.counted = false;
            self.journal.is_control();
        }
        match play(control::answer(request, &self.journal), &mut self.writer).await {
            Played::Whole => Next::Open,
            _ => Next::Over,
        }
    }

    async fn answer(&mut self, request: &Request) -> Played {
        let choice = Choice::of(request);
        let scenario = scenarios::of(&choice, request);
        let number = self
            .journal
            .began(request, scenario.name, self.number, self.carried);
        let mut script =
            (scenario.play)(&Call::new(request, choice.parameters, number, self.carried));
        self.carried += 1;
        if request.method == "HEAD" {
            script = script.head_only();
        }
        let played = tokio::select! {
            biased;
            played = play(script, &mut self.writer) => played,
            () = self.incoming.client_leaves() => Played::Left,
        };
        let ended = match played {
            Played::Whole => Ended::Answered,
            Played::Ended => Ended::EndedByScenario,
            Played::Left => Ended::ClientLeft,
        };
        self.journal.ended(number, ended);
        played
    }
}
