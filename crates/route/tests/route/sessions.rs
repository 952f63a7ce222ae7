//! A conversation stays with its key.

use relayscope_route::{
    Allowance, Ask, Candidate, Cause, Course, KeyState, SessionKey, Settings, Why,
};

use crate::{Bench, MODEL, limited};

fn session(caller: &str, id: &str) -> SessionKey {
    SessionKey::new(caller, "project", &"relay".into(), id).unwrap()
}

fn plan(bench: &Bench, session: &SessionKey) -> Vec<Candidate> {
    let mut ask = Ask::new(&bench.sites, MODEL);
    ask.session = Some(session.clone());
    bench.pool.plan(&ask, bench.now, 7).unwrap().candidates
}

/// One good request of the conversation; the key it used.
fn talk(bench: &mut Bench, session: &SessionKey) -> String {
    let candidate = plan(bench, session).remove(0);
    let ticket = bench.pool.begin(&candidate, bench.now).unwrap();
    bench.now = bench.now.plus_micros(1_000);
    bench.succeed(ticket);
    candidate.key.to_string()
}

#[test]
fn a_conversation_stays_with_its_key_and_others_take_turns() {
    let mut bench = Bench::new(&["a", "b", "c"]);
    let (one, two) = (session("caller", "one"), session("caller", "two"));
    let first = talk(&mut bench, &one);
    let second = talk(&mut bench, &two);
    assert_ne!(first, second);
    for _ in 0..5 {
        assert_eq!(talk(&mut bench, &one), first);
        assert_eq!(talk(&mut bench, &two), second);
        bench.pass(3_000);
    }
    assert_eq!(plan(&bench, &one)[0].why, Why::Session);
    bench.pass(3_600);
    assert_ne!(
        plan(&bench, &one)[0].why,
        Why::Session,
        "an hour of silence ends it"
    );
}

#[test]
fn no_caller_rides_on_anothers_binding() {
    let mut bench = Bench::new(&["a", "b"]);
    let first = talk(&mut bench, &session("caller", "one"));
    assert_ne!(talk(&mut bench, &session("stranger", "one")), first);
}

#[test]
fn it_moves_once_and_does_not_move_back() {
    let mut bench = Bench::new(&["a", "b"]);
    let one = session("caller", "one");
    assert_eq!(talk(&mut bench, &one), "a");
    bench.fail_with("a", limited(bench.now, 60, relayscope_route::Basis::Stated));
    assert_eq!(talk(&mut bench, &one), "b");
    bench.pass(120);
    bench.work("a");
    bench.work("a");
    assert_eq!(bench.state("a"), KeyState::Active);
    assert_eq!(talk(&mut bench, &one), "b", "its cache is there now");
}

#[test]
fn it_moves_to_another_site_and_stays_there() {
    let mut bench = Bench::with(vec![("relay", &["a"]), ("other", &["b"])]);
    let one = session("caller", "one");
    assert_eq!(talk(&mut bench, &one), "a");
    bench.fail("a", Cause::Overloaded);
    assert_eq!(talk(&mut bench, &one), "b");
    bench.pass(600);
    assert_eq!(talk(&mut bench, &one), "b");
    assert_eq!(
        bench.plan()[0].key.as_str(),
        "a",
        "new ones go to the first site"
    );
}

#[test]
fn one_hiccup_does_not_cost_the_cache() {
    let mut bench = Bench::new(&["a", "b"]);
    let one = session("caller", "one");
    assert_eq!(talk(&mut bench, &one), "a");
    // The request fails over to the other key, but the first is still good.
    let mut course = Course::new(Allowance::from(&Settings::bundled().unwrap()), bench.now);
    let candidate = plan(&bench, &one).remove(0);
    course.note(&candidate);
    let ticket = bench.pool.begin(&candidate, bench.now).unwrap();
    bench.report(ticket, relayscope_route::Verdict::of(Cause::ServerError));
    let mut ask = Ask::new(&bench.sites, MODEL);
    ask.session = Some(one.clone());
    ask.course = Some(&course);
    let next = bench
        .pool
        .plan(&ask, bench.now, 7)
        .unwrap()
        .candidates
        .remove(0);
    assert_eq!(next.key.as_str(), "b");
    let ticket = bench.pool.begin(&next, bench.now).unwrap();
    bench.succeed(ticket);
    assert_eq!(talk(&mut bench, &one), "a");
}
