//! Open loop: calls begin at a steady rate whether or not earlier ones have ended, as real clients do.

use std::cell::RefCell;
use std::rc::Rc;
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::connection::Connection;
use super::{Order, Outcome};
use crate::body::Template;
use crate::clock;
use crate::fault::Fault;

/// What the calls share.
struct Shared {
    order: Order,
    template: Template,
    idle: RefCell<Vec<Connection>>,
}

pub(super) async fn measure(
    order: &Order,
    per_second: u32,
    duration: Duration,
) -> Result<Outcome, Fault> {
    let shared = Rc::new(Shared {
        order: order.clone(),
        template: Template::new(order.size, false),
        idle: RefCell::default(),
    });
    let (sender, mut due) = mpsc::unbounded_channel();
    let begun = Instant::now();
    // A thread of its own: tokio's timers have a grain of a millisecond.
    thread::spawn(move || {
        let mut next = begun;
        while next < begun + duration {
            thread::sleep(next.saturating_duration_since(Instant::now()));
            if sender.send(clock::now()).is_err() {
                break;
            }
            next += Duration::from_secs(1) / per_second;
        }
    });
    let mut calls = JoinSet::new();
    while let Some(released) = due.recv().await {
        let shared = Rc::clone(&shared);
        calls.spawn_local(async move {
            call(&shared, released).await?;
            Ok::<_, Fault>(clock::now() - released)
        });
    }
    let (mut times, mut lost) = (Vec::new(), 0);
    while let Some(ended) = calls.join_next().await {
        match ended {
            Ok(Ok(time)) => times.push(time),
            _ => lost += 1,
        }
    }
    Ok(Outcome::of(times, begun.elapsed(), lost))
}

async fn call(shared: &Shared, serial: u64) -> Result<(), Fault> {
    let idle = shared.idle.borrow_mut().pop();
    let mut connection = match idle {
        Some(connection) => connection,
        None => Connection::open(&shared.order).await?,
    };
    connection.call(shared.template.next_turn(serial)).await?;
    shared.idle.borrow_mut().push(connection);
    Ok(())
}
