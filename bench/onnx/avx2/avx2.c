/* Hides AVX-512 and what came with it from a program on Linux, so that it runs the code it has for
 * processors with AVX2: every cpuid instruction faults (arch_prctl), and a handler answers in its place.
 *
 *     cc -O2 -shared -fPIC -o avx2.so avx2.c
 *     LD_PRELOAD=./avx2.so PROGRAM
 */
#define _GNU_SOURCE
#include <cpuid.h>
#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

enum { ARCH_SET_CPUID = 0x1012 };

static void answer(int sig, siginfo_t *info, void *context) {
	greg_t *r = ((ucontext_t *)context)->uc_mcontext.gregs;
	const unsigned char *code = (const unsigned char *)r[REG_RIP];
	if (code[0] != 0x0f || code[1] != 0xa2) { /* a fault of another kind: as without this */
		signal(SIGSEGV, SIG_DFL);
		return;
	}
	unsigned leaf = r[REG_RAX], sub = r[REG_RCX], a, b, c, d;
	syscall(SYS_arch_prctl, ARCH_SET_CPUID, 1);
	__cpuid_count(leaf, sub, a, b, c, d);
	syscall(SYS_arch_prctl, ARCH_SET_CPUID, 0);
	if (leaf == 7 && sub == 0) {
		b &= ~(1u << 16 | 1u << 17 | 1u << 21 | 1u << 26 | 1u << 27 | 1u << 28 | 1u << 30 | 1u << 31);
		c &= ~(1u << 1 | 1u << 6 | 1u << 11 | 1u << 12 | 1u << 14);
		d &= ~(1u << 2 | 1u << 3 | 1u << 8 | 1u << 22 | 1u << 23 | 1u << 24 | 1u << 25);
	}
	if (leaf == 7 && sub == 1)
		a &= ~(1u << 4 | 1u << 5);
	r[REG_RAX] = a, r[REG_RBX] = b, r[REG_RCX] = c, r[REG_RDX] = d;
	r[REG_RIP] += 2;
}

typedef int (*action)(int, const struct sigaction *, struct sigaction *);

/* Node's own handler of these faults must not take the place of this one. */
int sigaction(int sig, const struct sigaction *new, struct sigaction *old) {
	static action real;
	if (!real)
		real = (action)dlsym(RTLD_NEXT, "sigaction");
	return real(sig, sig == SIGSEGV ? NULL : new, old);
}

__attribute__((constructor)) static void begin(void) {
	struct sigaction s = {.sa_sigaction = answer, .sa_flags = SA_SIGINFO | SA_NODEFER};
	action real = (action)dlsym(RTLD_NEXT, "sigaction");
	if (real(SIGSEGV, &s, NULL) != 0 || syscall(SYS_arch_prctl, ARCH_SET_CPUID, 0) != 0) {
		perror("avx2: this processor or system does not let cpuid fault");
		exit(1);
	}
}
