//! Work on files beside the tasks, so that a slow disk holds up nothing else. Not here: what the files are.

use std::io;

/// Does it on a thread that may wait.
pub async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(io::Error::from).flatten()
}
