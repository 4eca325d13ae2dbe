/* Lets calls of the system fail that SQLite makes, as a full disk, a broken one and too little memory do. It is loaded
 * into the server before everything else (LD_PRELOAD). What fails is said by a file that the test writes and that is in
 * the memory of both. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

enum { WRITE = 1, SYNC = 2, OPEN = 4, ALLOC = 8, READ = 16 };

struct control {
    int64_t armed;     /* which kinds of calls are counted */
    int64_t countdown; /* the call that fails */
    int64_t sticky;    /* whether those after it fail, too */
    int64_t error;     /* with what */
    int64_t fired;     /* how many failed */
    int64_t ranges[4]; /* the code from which memory is asked for, as two ranges in the program */
};

static struct control *control;
static uintptr_t base;

static int first_object(struct dl_phdr_info *info, size_t size, void *data) {
    (void)size;
    (void)data;
    base = info->dlpi_addr;
    return 1;
}

__attribute__((constructor)) static void begin(void) {
    const char *name = getenv("FAULT_CONTROL");
    if (!name) return;
    dl_iterate_phdr(first_object, NULL);
    int fd = open(name, O_RDWR);
    if (fd < 0) return;
    void *memory = mmap(NULL, sizeof(struct control), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (memory != MAP_FAILED) control = memory;
}

static int fails(int kind) {
    if (!control || !(__atomic_load_n(&control->armed, __ATOMIC_SEQ_CST) & kind)) return 0;
    int64_t left = __atomic_sub_fetch(&control->countdown, 1, __ATOMIC_SEQ_CST);
    if (left > 0 || (left < 0 && !control->sticky)) return 0;
    __atomic_add_fetch(&control->fired, 1, __ATOMIC_SEQ_CST);
    errno = (int)control->error;
    return 1;
}

static int is_armed(int kind) { return control && (control->armed & kind); }

static int is_database_name(const char *name) { return strstr(name, "escalation.db") != NULL; }

static int is_database(int fd) {
    char link[64], name[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, name, sizeof name - 1);
    if (length < 0) return 0;
    name[length] = 0;
    return is_database_name(name);
}

static int fails_on(int kind, int fd) { return is_armed(kind) && is_database(fd) && fails(kind); }

#define REAL(name) \
    static __typeof__(&name) real; \
    if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

ssize_t write(int fd, const void *bytes, size_t length) {
    REAL(write);
    return fails_on(WRITE, fd) ? -1 : real(fd, bytes, length);
}
ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at) {
    REAL(pwrite);
    return fails_on(WRITE, fd) ? -1 : real(fd, bytes, length, at);
}
ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t at) {
    REAL(pwrite64);
    return fails_on(WRITE, fd) ? -1 : real(fd, bytes, length, at);
}
int ftruncate(int fd, off_t length) {
    REAL(ftruncate);
    return fails_on(WRITE, fd) ? -1 : real(fd, length);
}
int ftruncate64(int fd, off64_t length) {
    REAL(ftruncate64);
    return fails_on(WRITE, fd) ? -1 : real(fd, length);
}
ssize_t read(int fd, void *bytes, size_t length) {
    REAL(read);
    return fails_on(READ, fd) ? -1 : real(fd, bytes, length);
}
ssize_t pread(int fd, void *bytes, size_t length, off_t at) {
    REAL(pread);
    return fails_on(READ, fd) ? -1 : real(fd, bytes, length, at);
}
ssize_t pread64(int fd, void *bytes, size_t length, off64_t at) {
    REAL(pread64);
    return fails_on(READ, fd) ? -1 : real(fd, bytes, length, at);
}
int fsync(int fd) {
    REAL(fsync);
    return fails_on(SYNC, fd) ? -1 : real(fd);
}
int fdatasync(int fd) {
    REAL(fdatasync);
    return fails_on(SYNC, fd) ? -1 : real(fd);
}

static int fails_to_open(const char *name) { return is_armed(OPEN) && is_database_name(name) && fails(OPEN); }

int open(const char *name, int flags, ...) {
    REAL(open);
    va_list more;
    va_start(more, flags);
    mode_t mode = (flags & (O_CREAT | O_TMPFILE)) ? va_arg(more, mode_t) : 0;
    va_end(more);
    return fails_to_open(name) ? -1 : real(name, flags, mode);
}
int open64(const char *name, int flags, ...) {
    REAL(open64);
    va_list more;
    va_start(more, flags);
    mode_t mode = (flags & (O_CREAT | O_TMPFILE)) ? va_arg(more, mode_t) : 0;
    va_end(more);
    return fails_to_open(name) ? -1 : real(name, flags, mode);
}

extern void *__libc_malloc(size_t);
extern void *__libc_realloc(void *, size_t);

/* Only SQLite's: the rest of the server ends where there is no memory, which is not what is tested. */
static int is_of_sqlite(void *caller) {
    int64_t at = (int64_t)((uintptr_t)caller - base);
    const int64_t *ranges = control->ranges;
    return (at >= ranges[0] && at < ranges[1]) || (at >= ranges[2] && at < ranges[3]);
}

void *malloc(size_t size) {
    if (is_armed(ALLOC) && is_of_sqlite(__builtin_return_address(0)) && fails(ALLOC)) return NULL;
    return __libc_malloc(size);
}
void *realloc(void *memory, size_t size) {
    if (is_armed(ALLOC) && is_of_sqlite(__builtin_return_address(0)) && fails(ALLOC)) return NULL;
    return __libc_realloc(memory, size);
}
