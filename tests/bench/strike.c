/* Preloaded into a process, strikes the chosen one of its calls that write: ends the process there, or lets the call fail.
   Calls that only tell the user something (write to 1 and 2) and opens for reading are not counted. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/xattr.h>
#include <unistd.h>

static long count, at = -1;
static int fault, for_good, told = -1;

/* `call` is the number of the call, from 1 on; `error` what it fails with, 0 for a kill; with `good` all later calls that
   take room on the disk fail as well; `log` is a descriptor for the calls' names, or -1. */
void strike_arm(long call, int error, int good, int log) {
    count = 0, fault = error, for_good = good, told = log, at = call;
}

static int struck(const char *name, int takes_room) {
    if (at < 0) return 0;
    count++;
    if (told >= 0) dprintf(told, "%s\n", name);
    if (count == at && !fault) kill(getpid(), SIGKILL);
    if (count != at && !(for_good && at && count > at && takes_room)) return 0;
    errno = fault;
    return 1;
}

#define REAL(name) static __typeof__(&name) real; if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)
#define WRAP(type, name, room, declared, given) \
    type name declared { REAL(name); return struck(#name, room) ? -1 : real given; }

#define OPENS(name, declared, given) \
    int name declared { \
        REAL(name); mode_t mode = 0; \
        if (flags & (O_CREAT | O_TMPFILE)) { va_list more; va_start(more, flags); mode = va_arg(more, mode_t); va_end(more); } \
        int writes = flags & (O_CREAT | O_WRONLY | O_RDWR | O_TRUNC); \
        return writes && struck("open", 1) ? -1 : real given; \
    }
OPENS(open, (const char *path, int flags, ...), (path, flags, mode))
OPENS(open64, (const char *path, int flags, ...), (path, flags, mode))
OPENS(openat, (int dir, const char *path, int flags, ...), (dir, path, flags, mode))
OPENS(openat64, (int dir, const char *path, int flags, ...), (dir, path, flags, mode))

#define TELLS(fd) (fd == 1 || fd == 2 || (told >= 0 && fd == told))
ssize_t write(int fd, const void *data, size_t size) {
    REAL(write);
    return !TELLS(fd) && struck("write", 1) ? -1 : real(fd, data, size);
}
ssize_t writev(int fd, const struct iovec *data, int size) {
    REAL(writev);
    return !TELLS(fd) && struck("writev", 1) ? -1 : real(fd, data, size);
}
WRAP(ssize_t, pwrite, 1, (int fd, const void *data, size_t size, off_t to), (fd, data, size, to))
WRAP(ssize_t, pwrite64, 1, (int fd, const void *data, size_t size, off64_t to), (fd, data, size, to))
WRAP(ssize_t, copy_file_range, 1, (int in, off64_t *from, int out, off64_t *to, size_t size, unsigned flags),
     (in, from, out, to, size, flags))
WRAP(int, rename, 0, (const char *a, const char *b), (a, b))
WRAP(int, renameat, 0, (int da, const char *a, int db, const char *b), (da, a, db, b))
WRAP(int, renameat2, 0, (int da, const char *a, int db, const char *b, unsigned flags), (da, a, db, b, flags))
WRAP(int, unlink, 0, (const char *a), (a))
WRAP(int, unlinkat, 0, (int d, const char *a, int flags), (d, a, flags))
WRAP(int, rmdir, 0, (const char *a), (a))
WRAP(int, mkdir, 1, (const char *a, mode_t mode), (a, mode))
WRAP(int, mkdirat, 1, (int d, const char *a, mode_t mode), (d, a, mode))
WRAP(int, link, 1, (const char *a, const char *b), (a, b))
WRAP(int, linkat, 1, (int da, const char *a, int db, const char *b, int flags), (da, a, db, b, flags))
WRAP(int, symlink, 1, (const char *a, const char *b), (a, b))
WRAP(int, symlinkat, 1, (const char *a, int d, const char *b), (a, d, b))
WRAP(int, truncate, 0, (const char *a, off_t size), (a, size))
WRAP(int, truncate64, 0, (const char *a, off64_t size), (a, size))
WRAP(int, ftruncate, 0, (int fd, off_t size), (fd, size))
WRAP(int, ftruncate64, 0, (int fd, off64_t size), (fd, size))
WRAP(int, chmod, 0, (const char *a, mode_t mode), (a, mode))
WRAP(int, fchmod, 0, (int fd, mode_t mode), (fd, mode))
WRAP(int, fchmodat, 0, (int d, const char *a, mode_t mode, int flags), (d, a, mode, flags))
WRAP(int, chown, 0, (const char *a, uid_t u, gid_t g), (a, u, g))
WRAP(int, fchown, 0, (int fd, uid_t u, gid_t g), (fd, u, g))
WRAP(int, fchownat, 0, (int d, const char *a, uid_t u, gid_t g, int flags), (d, a, u, g, flags))
WRAP(int, utimensat, 0, (int d, const char *a, const struct timespec t[2], int flags), (d, a, t, flags))
WRAP(int, setxattr, 1, (const char *a, const char *n, const void *v, size_t s, int flags), (a, n, v, s, flags))
WRAP(int, fsetxattr, 1, (int fd, const char *n, const void *v, size_t s, int flags), (fd, n, v, s, flags))
WRAP(int, fsync, 1, (int fd), (fd))
WRAP(int, fdatasync, 1, (int fd), (fd))
WRAP(int, syncfs, 1, (int fd), (fd))
