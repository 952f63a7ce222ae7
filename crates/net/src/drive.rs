//! Driving a connection from inside the task that waits for what it brings.
//!
//! A connection that is driven by a task of its own wakes that task, which wakes the one that waits: two
//! turns of the scheduler for every delta of a stream. Driven by the waiting task it is one turn, but each
//! side of the connection would then wake the very task that is at work on it: it gets a turn more, and the
//! scheduler wakes another thread to take it. [`Drive`] keeps those wake-ups inside.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

/// Steps in a row before the task lets others have a turn: a step that asks for another one without end
/// has used up its share of the processor.
const STEPS: usize = 4;

const OUTSIDE: u8 = 0;
const INSIDE: u8 = 1;
const WOKEN_INSIDE: u8 = 2;

/// Whose waker a connection is given, and who is at work on it.
#[derive(Debug)]
pub struct Drive {
    driver: Arc<Driver>,
    waker: Waker,
}

#[derive(Debug)]
struct Driver {
    state: AtomicU8,
    /// The task that waits.
    task: Mutex<Waker>,
}

impl Wake for Driver {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let woken =
            self.state
                .compare_exchange(INSIDE, WOKEN_INSIDE, Ordering::AcqRel, Ordering::Acquire);
        if woken == Err(OUTSIDE) {
            self.task().wake();
        }
    }
}

impl Driver {
    fn task(&self) -> Waker {
        self.task
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn enter(&self, waker: &Waker) {
        let mut task = self.task.lock().unwrap_or_else(PoisonError::into_inner);
        task.clone_from(waker);
        drop(task);
        self.state.store(INSIDE, Ordering::Release);
    }
}

impl Default for Drive {
    fn default() -> Self {
        let driver = Arc::new(Driver {
            state: AtomicU8::new(OUTSIDE),
            task: Mutex::new(Waker::noop().clone()),
        });
        Self {
            waker: driver.clone().into(),
            driver,
        }
    }
}

impl Drive {
    /// Takes steps until one is ready or there is nothing to do. A step drives the connection with the
    /// context that it is given, and then looks for what it waits for.
    pub fn poll<T>(
        &self,
        context: &mut Context<'_>,
        mut step: impl FnMut(&mut Context<'_>) -> Poll<T>,
    ) -> Poll<T> {
        let state = &self.driver.state;
        for _ in 0..STEPS {
            self.driver.enter(context.waker());
            let taken = step(&mut Context::from_waker(&self.waker));
            if taken.is_ready() {
                // Whoever gets something asks for more.
                state.store(OUTSIDE, Ordering::Release);
                return taken;
            }
            let left = state.compare_exchange(INSIDE, OUTSIDE, Ordering::AcqRel, Ordering::Acquire);
            if left.is_ok() {
                return Poll::Pending;
            }
        }
        state.store(OUTSIDE, Ordering::Release);
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use super::*;

    #[derive(Default)]
    struct Counted(AtomicUsize);

    impl Wake for Counted {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn own_doings_wake_nobody_and_others_do() {
        let task = Arc::new(Counted::default());
        let waker = Waker::from(task.clone());
        let drive = Drive::default();
        let mut inner = None;
        let mut steps = 0;
        let mut poll = || {
            drive.poll(&mut Context::from_waker(&waker), |context| {
                steps += 1;
                inner = Some(context.waker().clone());
                if steps == 1 {
                    context.waker().wake_by_ref();
                }
                Poll::<()>::Pending
            })
        };
        assert_eq!(poll(), Poll::Pending);
        assert_eq!(steps, 2, "what happened inside was looked at at once");
        assert_eq!(task.0.load(Ordering::Relaxed), 0);
        inner.unwrap().wake();
        assert_eq!(task.0.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn a_step_without_end_lets_others_have_a_turn() {
        let task = Arc::new(Counted::default());
        let waker = Waker::from(task.clone());
        let mut steps = 0;
        let polled = Drive::default().poll(&mut Context::from_waker(&waker), |context| {
            steps += 1;
            context.waker().wake_by_ref();
            Poll::<()>::Pending
        });
        assert_eq!((polled, steps), (Poll::Pending, STEPS));
        assert_eq!(task.0.load(Ordering::Relaxed), 1, "and comes again");
    }
}
