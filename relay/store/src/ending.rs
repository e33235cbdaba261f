//! How a program ends that has an encrypted file open.
//!
//! SQLCipher and OpenSSL take themselves apart when a program exits, while the threads of connections that are being closed still use them: the program would end by a fault (SIGSEGV),
//! with its keys in a core dump. So the program ends before they do. Nothing is lost by that: Rust's own output is flushed by then, and what was committed survives a power cut.
//!
//! Not here: closing connections in order, which the relay does when it drains.
#![allow(unsafe_code, reason = "what a program does as it exits can only be said to C")]

use std::ffi::{c_int, c_void};
use std::sync::Once;

/// `OPENSSL_INIT_NO_ATEXIT` of `<openssl/crypto.h>`.
const NO_ATEXIT: u64 = 0x0008_0000;

unsafe extern "C" {
    /// glibc, on_exit(3): as `atexit`, and told the status.
    fn on_exit(function: extern "C" fn(c_int, *mut c_void), argument: *mut c_void) -> c_int;
    fn _exit(status: c_int) -> !;
    /// `libcrypto`, which the SQLite library links.
    fn OPENSSL_init_crypto(options: u64, settings: *const c_void) -> c_int;
}

extern "C" fn end(status: c_int, _: *mut c_void) {
    // SAFETY: ends the process; allowed in a function that runs at its exit (POSIX).
    unsafe { _exit(status) }
}

/// To be called once SQLite is there, and before the first page is encrypted: functions of an exit run in the reverse order of their registration, and SQLite registers its own as it begins.
pub(crate) fn before_the_libraries() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // SAFETY: OpenSSL may be told so by any thread, without settings.
        let told = unsafe { OPENSSL_init_crypto(NO_ATEXIT, std::ptr::null()) };
        // SAFETY: `end` has the signature that on_exit(3) asks for, and uses no argument.
        let registered = unsafe { on_exit(end, std::ptr::null_mut()) };
        if told != 1 || registered != 0 {
            tracing::warn!("the end of the program cannot be arranged: it may end by a fault");
        }
    });
}
