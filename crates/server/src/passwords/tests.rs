//! Real hashing at a cost of nothing.

use super::*;

const RIGHT: Verdict = Verdict::Match { needs_rehash: false };

fn cheap() -> Hashing {
    let params = Argon2Params { memory_kib: 64, iterations: 1, parallelism: 1 };
    Hashing { params, peppers: Peppers::default() }
}

fn admission(workers: usize, queue: usize) -> Admission {
    Admission { workers, queue, max_wait: Duration::from_secs(10) }
}

fn secret(text: &str) -> SecretString {
    SecretString::new(text.to_owned())
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(future)
}

#[test]
fn a_password_matches_its_own_hash_only() {
    let pool = PasswordWorkers::start(cheap(), admission(2, 8)).expect("started");
    wait(async {
        let hash = pool.hash(secret("correct horse")).await.expect("hashed");
        assert_eq!(pool.verify(secret("correct horse"), Some(hash.clone())).await, Ok(RIGHT));
        assert_eq!(pool.verify(secret("wrong horse"), Some(hash.clone())).await, Ok(Verdict::Mismatch));
        assert_eq!(pool.verify(secret("correct horse"), None).await, Ok(Verdict::Mismatch));
        let broken = PasswordHash::new("no hash".to_owned());
        assert_eq!(pool.verify(secret("correct horse"), Some(broken)).await, Ok(Verdict::Mismatch));
        let again = pool.hash(secret("correct horse")).await.expect("hashed");
        assert_ne!(hash.expose(), again.expose(), "each hash has a salt of its own");
    });
}

#[test]
fn p30_abandoned_requests_keep_their_place() {
    let pool = PasswordWorkers::without_workers(cheap(), admission(0, 3));
    for _ in 0..3 {
        // The request goes away as soon as it is queued.
        drop(pool.hash(secret("a password nobody waits for")));
    }
    for _ in 0..2 {
        assert_eq!(wait(pool.verify(secret("anything"), None)), Err(Overloaded));
        assert_eq!(wait(pool.hash(secret("anything"))).map(drop), Err(Overloaded));
    }
    assert_eq!(pool.0.waiting(), 3);

    pool.add_worker().expect("started");
    while pool.0.waiting() > 0 {
        std::thread::yield_now();
    }
    assert_eq!(wait(pool.verify(secret("anything"), None)), Ok(Verdict::Mismatch));
}

#[test]
fn what_is_stretched_is_the_same_at_any_cost_of_passwords() {
    let dear = Hashing { params: Argon2Params { memory_kib: 128, ..cheap().params }, ..cheap() };
    let kept = |hashing, salt| {
        let pool = PasswordWorkers::start(hashing, admission(1, 8)).expect("started");
        wait(pool.stretch(Secret::new([7; 32]), [salt; 16])).expect("stretched")
    };
    assert_eq!(kept(cheap(), 1), kept(dear, 1));
    assert_ne!(kept(cheap(), 1), kept(cheap(), 2));
}

#[test]
fn workers_end_with_the_pool() {
    let pool = PasswordWorkers::start(cheap(), admission(2, 8)).expect("started");
    let queue = Arc::downgrade(&pool.0);
    drop(pool);
    while queue.upgrade().is_some() {
        std::thread::yield_now();
    }
}

#[test]
fn whoever_would_wait_for_too_long_is_refused_at_once_and_new_passwords_are_not() {
    let hurried = Admission { workers: 2, queue: 64, max_wait: Duration::from_millis(31) };
    let pool = PasswordWorkers::without_workers(cheap(), hurried);
    for _ in 0..4 {
        drop(pool.verify(secret("somebody's"), None));
    }
    assert_eq!(pool.0.waiting(), 4, "a hash takes 15 ms until one was measured, and there are two workers");
    assert_eq!(wait(pool.verify(secret("one too many"), None)), Err(Overloaded));
    assert_eq!(wait(pool.estimate(secret("one too many"), Vec::new())), Err(Overloaded));
    drop(pool.hash(secret("a new one")));
    assert_eq!(pool.0.waiting(), 5);

    (0..2).for_each(|_| pool.add_worker().expect("started"));
    while pool.0.waiting() > 0 {
        std::thread::yield_now();
    }
    assert_eq!(wait(pool.verify(secret("anything"), None)), Ok(Verdict::Mismatch), "and then it is over");
}
