/* Makes the n-th call on files below one folder fail, as a disk does that is full or broken.
   Loaded before the C library; armed by fail_arm, which says the folder, the call, the error and for how long. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[PATH_MAX];
static int at, error, from_then_on, only_opens;
static int count;

void fail_arm(const char *below, int nth, int number, int lasting, int opens) {
    strncpy(folder, below, sizeof folder - 1);
    at = nth; error = number; from_then_on = lasting; only_opens = opens; count = 0;
}

int fail_count(void) { return count; }

static int fails(const char *path, int is_open) {
    size_t length = strlen(folder);
    if (!length || !path || strncmp(path, folder, length) || (only_opens && !is_open)) return 0;
    count++;
    if (at && (count == at || (from_then_on && count > at))) { errno = error; return 1; }
    return 0;
}

static int fails_fd(int fd) {
    char link[64], path[PATH_MAX];
    if (!folder[0]) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t size = readlink(link, path, sizeof path - 1);
    if (size <= 0) return 0;
    path[size] = 0;
    return fails(path, 0);
}

#define REAL(name) static __typeof__(&name) real; if (!real) real = (__typeof__(&name)) dlsym(RTLD_NEXT, #name)

#define OPEN(name) int name(const char *path, int flags, ...) { \
    va_list rest; va_start(rest, flags); mode_t mode = va_arg(rest, mode_t); va_end(rest); \
    REAL(name); return fails(path, 1) ? -1 : real(path, flags, mode); }
OPEN(open)
OPEN(open64)

#define OPENAT(name) int name(int dir, const char *path, int flags, ...) { \
    va_list rest; va_start(rest, flags); mode_t mode = va_arg(rest, mode_t); va_end(rest); \
    REAL(name); return fails(path, 1) ? -1 : real(dir, path, flags, mode); }
OPENAT(openat)
OPENAT(openat64)

ssize_t write(int fd, const void *data, size_t size) { REAL(write); return fails_fd(fd) ? -1 : real(fd, data, size); }
ssize_t pwrite(int fd, const void *data, size_t size, off_t place) {
    REAL(pwrite); return fails_fd(fd) ? -1 : real(fd, data, size, place); }
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t place) {
    REAL(pwrite64); return fails_fd(fd) ? -1 : real(fd, data, size, place); }
int fsync(int fd) { REAL(fsync); return fails_fd(fd) ? -1 : real(fd); }
int fdatasync(int fd) { REAL(fdatasync); return fails_fd(fd) ? -1 : real(fd); }
int ftruncate(int fd, off_t size) { REAL(ftruncate); return fails_fd(fd) ? -1 : real(fd, size); }
int ftruncate64(int fd, off64_t size) { REAL(ftruncate64); return fails_fd(fd) ? -1 : real(fd, size); }
int rename(const char *old, const char *fresh) { REAL(rename); return fails(old, 0) ? -1 : real(old, fresh); }
int link(const char *old, const char *fresh) { REAL(link); return fails(old, 0) ? -1 : real(old, fresh); }
int mkdir(const char *path, mode_t mode) { REAL(mkdir); return fails(path, 0) ? -1 : real(path, mode); }
