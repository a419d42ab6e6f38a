//! Memory that a burst has used and nobody needs any more.

/// Gives freed memory back to the system. glibc keeps what threads have freed in arenas of their own, for good where a
/// live block stands above it; start-up and a storm of connections leave tens of megabytes there.
///
/// Takes some milliseconds: not on the way of an answer.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub fn give_back() {
    #[expect(unsafe_code, reason = "glibc has no safe name for it; it takes no pointer and may be called at any time")]
    // SAFETY: malloc_trim(3) is thread-safe, touches only free blocks, and 0 asks to keep no extra space.
    unsafe {
        libc::malloc_trim(0);
    }
}

/// Other allocators give back by themselves.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub fn give_back() {}
