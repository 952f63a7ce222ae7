//! The traffic that a release is trained with: a compiler that knows what runs often makes that quick and
//! the rest small. `cargo xtask release` builds a program that counts, has it trained here, and builds it
//! again with what was counted.

use std::cell::OnceCell;
use std::path::PathBuf;
use std::time::Duration;

use crate::contenders::{Contender as _, Relayscope};
use crate::fault::Fault;
use crate::load::{Order, Variation, Work};
use crate::machine::{self, Layout};
use crate::options::Options;
use crate::runner::Bench;
use crate::worker;

/// Bytes of the usual body.
const USUAL: usize = 30 * 1024;

/// Sends the traffic of the scenarios through the program named by the only argument, and ends it politely:
/// it writes down what it has counted when it leaves.
pub(crate) fn train(arguments: &[String]) -> Result<(), Fault> {
    let [program] = arguments else {
        return Err(Fault::WrongUse("`train` needs the program.".into()));
    };
    let bench = Bench {
        options: Options::default(),
        processors: machine::processors()?,
        contenders: Vec::new(),
        history: OnceCell::new(),
    };
    let layout = Layout::split(&bench.processors);
    let (_mock, upstream) = bench.mock(&layout)?;
    let trainee = Relayscope {
        program: PathBuf::from(program),
    };
    let server = trainee.start(upstream, &layout.contender)?;
    for (size, work, translated) in lessons() {
        eprintln!("training: {work:?}, {size} bytes");
        let order = Order {
            address: server.address,
            size,
            translated,
            work,
        };
        // A lesson of errors would teach the wrong things. Translated streams are shorter than asked for.
        if worker::perform(&order, &layout.client)?.handled == 0 {
            return Err(Fault::misbehaved(
                "the program",
                format!("answered nothing of {order:?}"),
            ));
        }
    }
    Ok(())
}

/// Body size, work, and whether it is translated. Each for as long as what it shows should weigh.
fn lessons() -> Vec<(usize, Work, bool)> {
    let closed = |connections, seconds| Work::Closed {
        connections,
        duration: Duration::from_secs(seconds),
        variation: Variation::NextTurn,
    };
    let streams = |count, seconds| Work::Streams {
        count,
        duration: Duration::from_secs(seconds),
    };
    let paced = Work::Paced {
        per_second: 300,
        duration: Duration::from_secs(5),
    };
    vec![
        (1024, closed(1, 3), false),
        (USUAL, closed(1, 3), false),
        (200 * 1024, closed(1, 2), false),
        (1024 * 1024, closed(1, 2), false),
        (USUAL, closed(32, 3), false),
        // Slow enough for everything to be recorded.
        (USUAL, paced, false),
        (USUAL, Work::FirstToken { count: 500 }, false),
        (USUAL, streams(100, 5), false),
        (USUAL, streams(50, 3), true),
        (
            USUAL,
            Work::Sequence {
                count: 50,
                variation: Variation::NextTurn,
            },
            false,
        ),
    ]
}
