//! 50 calls one after the other, each from a new client: how many connections reach the upstream?

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

use super::{KB, sample};
use crate::fault::Fault;
use crate::figures::{Goal, Row, Series};
use crate::load::{Order, Variation, Work};
use crate::machine::Layout;
use crate::runner::Bench;

/// Calls of one measurement.
const COUNT: usize = 50;

pub(super) fn measure(bench: &Bench) -> Result<Vec<Row>, Fault> {
    let layout = Layout::split(&bench.processors);
    let (_mock, upstream) = bench.mock(&layout)?;
    let mut series = Vec::new();
    for contender in &bench.contenders {
        // Its start has made one call already, whose connection is there to be reused.
        let server = contender.start(upstream, &layout.contender)?;
        let before = accepted(upstream)?;
        let order = Order {
            address: server.address,
            size: KB,
            translated: false,
            work: Work::Sequence {
                count: COUNT,
                variation: Variation::NextTurn,
            },
        };
        sample(contender.name(), &server, &order, &layout.client)?;
        // Asking takes a connection itself.
        let opened = accepted(upstream)?.saturating_sub(before + 1);
        series.push(Series {
            contender: contender.name(),
            rounds: vec![opened as f64],
        });
    }
    Ok(vec![Row {
        title: format!("new upstream connections in {COUNT} calls"),
        unit: "",
        series,
        goal: Goal::at_most(1.0),
    }])
}

/// How many connections the mock has accepted, this one included.
fn accepted(mock: SocketAddr) -> Result<u64, Fault> {
    let mut socket = TcpStream::connect(mock)?;
    write!(
        socket,
        "GET /connections HTTP/1.1\r\nhost: {mock}\r\nconnection: close\r\n\r\n"
    )?;
    let mut answer = String::new();
    socket.read_to_string(&mut answer)?;
    let number = answer
        .split("\r\n\r\n")
        .nth(1)
        .and_then(|body| body.trim().parse().ok());
    number.ok_or_else(|| Fault::misbehaved("the mock upstream", "does not say its connections"))
}
