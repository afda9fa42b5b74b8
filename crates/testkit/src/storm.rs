//! Requests released together.

use std::sync::Arc;
use tokio::sync::Barrier;

/// Does `count` things at the same moment, each in a task of its own; what came of them, in order.
pub async fn storm<T, F>(count: usize, mut each: impl FnMut(usize) -> F) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let barrier = Arc::new(Barrier::new(count));
    let tasks: Vec<_> = (0..count)
        .map(|i| {
            let (barrier, one) = (barrier.clone(), each(i));
            tokio::spawn(async move {
                barrier.wait().await;
                one.await
            })
        })
        .collect();
    let mut all = Vec::with_capacity(count);
    for task in tasks {
        all.push(task.await.expect("no panic"));
    }
    all
}
