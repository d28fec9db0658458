using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Sentinel.Linux.Native;

/// <summary>The one home of calls into the C library. Constants are those of Linux on x86-64 and ARM64.</summary>
internal static unsafe partial class LibC
{
    private const string Name = "libc";

    [LibraryImport(Name, SetLastError = true, StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(NativeTextMarshaller))]
    public static partial SafeFileHandle open(string path, int flags, uint mode);

    [LibraryImport(Name, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial SafeFileHandle openat(SafeFileHandle folder, string name, int flags, uint mode);

    // Without marshalling, for what is read a thousand times in a row.
    [LibraryImport(Name, EntryPoint = "open", SetLastError = true)]
    public static partial int open_raw(byte* path, int flags, uint mode);

    [LibraryImport(Name, SetLastError = true)]
    public static partial nint read(int fd, byte* buffer, nint count);

    [LibraryImport(Name, SetLastError = true)]
    public static partial nint write(int fd, byte* buffer, nint count);

    [LibraryImport(Name)]
    public static partial int close(int fd);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int execv(byte* program, byte** arguments);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int tcgetattr(int fd, byte* settings);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int tcsetattr(int fd, int when, byte* settings);

    [LibraryImport(Name, SetLastError = true)]
    public static partial nint read(SafeHandle fd, byte* buffer, nint count);

    [LibraryImport(Name, SetLastError = true)]
    public static partial nint pwrite(SafeHandle fd, byte* buffer, nint count, long offset);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int ftruncate(SafeHandle fd, long length);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int fsync(SafeHandle fd);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int fdatasync(SafeHandle fd);

    [LibraryImport(Name, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int link(string from, string to);

    [LibraryImport(Name, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int rename(string from, string to);

    [LibraryImport(Name, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int unlink(string path);

    [LibraryImport(Name, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int unlinkat(SafeFileHandle folder, string name, int flags);

    [LibraryImport(Name, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int mkdir(string path, uint mode);

    [LibraryImport(Name, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int mkfifo(string path, uint mode);

    [LibraryImport(Name, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int rmdir(string path);

    [LibraryImport(Name, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int chown(string path, uint user, uint group);

    [LibraryImport(Name, EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(NativeTextMarshaller))]
    private static partial int statx_alone(int folder, string path, int flags, uint mask, StatX* status);

    /// <summary>statx(2), or what fstatat(2) tells if a container of an older engine forbids it.</summary>
    public static int statx(int folder, string path, int flags, uint mask, StatX* status) =>
        statx_alone(folder, path, flags, mask, status) == 0 ? 0
        : Marshal.GetLastPInvokeError() is EPERM or ENOSYS ? OlderStat.Look(folder, path, flags, status)
        : -1;

    [LibraryImport(Name, SetLastError = true)]
    public static partial int getgroups(int count, uint* groups);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int prctl(int option, nint argument);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int dup3(SafeHandle file, SafeHandle place, int flags);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int madvise(void* address, nint length, int advice);

    [LibraryImport(Name)]
    public static partial int* __errno_location();

    [LibraryImport(Name, SetLastError = true)]
    public static partial int fcntl(SafeHandle fd, int command, nint argument);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int fcntl(int fd, int command, nint argument);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int waitpid(int pid, int* status, int options);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int waitid(int kind, int id, void* info, int options);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int wait4(int pid, int* status, int options, ResourceUsage* usage);

    [LibraryImport(Name)]
    public static partial nint signal(int number, nint handler);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int getrlimit(int resource, ulong* softAndHard);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int setrlimit(int resource, ulong* softAndHard);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int getrusage(int who, ResourceUsage* usage);

    [LibraryImport(Name, SetLastError = true, StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(NativeTextMarshaller))]
    public static partial int access(string path, int mode);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int flock(SafeHandle fd, int operation);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int poll(PollFd* fds, ulong count, int timeoutMs);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int ioctl(SafeHandle fd, ulong request, void* argument);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int ioctl(int fd, ulong request, void* argument);

    [LibraryImport(Name, SetLastError = true, StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(NativeTextMarshaller))]
    public static partial nint readlink(string path, byte* buffer, nint size);

    // The kernel checks all five; our syscall takes one fewer, and would leave the last to chance.
    [LibraryImport(Name, EntryPoint = "prctl")]
    public static partial int prctl_get(int option, nint second, nint third, nint fourth, nint fifth);

    [LibraryImport(Name)]
    public static partial int isatty(int fd);

    [LibraryImport(Name)]
    public static partial uint geteuid();

    [LibraryImport(Name)]
    public static partial uint umask(uint mask);

    [LibraryImport(Name)]
    public static partial nint sysconf(int name);

    [LibraryImport(Name, SetLastError = true)]
    public static partial nint syscall(nint number, nint a, nint b, nint c, nint d);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int fallocate(SafeHandle file, int mode, long offset, long length);

    [LibraryImport(Name, SetLastError = true)]
    public static partial long lseek(SafeHandle file, long offset, int from);

    [LibraryImport(Name, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int statfs(string path, long* status);

    [LibraryImport(Name, SetLastError = true)]
    public static partial nint copy_file_range(SafeHandle from, long* fromOffset, SafeHandle to, long* toOffset, nint length, uint flags);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int fcntl(SafeHandle file, int command, FileLock* @lock);

    [LibraryImport(Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int getpwnam_r(string name, Passwd* entry, byte* buffer, nint length, Passwd** found);

    [LibraryImport(Name)]
    public static partial int getpwuid_r(uint id, Passwd* entry, byte* buffer, nint length, Passwd** found);

    [LibraryImport(Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int getgrnam_r(string name, GroupEntry* entry, byte* buffer, nint length, GroupEntry** found);

    [LibraryImport(Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int getgrouplist(string name, uint group, uint* groups, int* count);

    [LibraryImport(Name)]
    public static partial uint getegid();

    [LibraryImport(Name, SetLastError = true)]
    public static partial int pipe2(int* ends, int flags);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int setpriority(int kind, uint id, int priority);

    // The C library has no function for it.
    public static int ioprio_set(int kind, int id, int priority) =>
        (int)syscall(RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 30 : 251, kind, id, priority, 0);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int fchown(SafeHandle file, uint user, uint group);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int kill(int pid, int signal);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int prctl(int option, nint a, nint b, nint c, nint d);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int sigaction(int signal, byte* action, byte* before);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int eventfd(uint value, int flags);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int epoll_create1(int flags);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int epoll_ctl(int epoll, int operation, int fd, byte* request);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int epoll_wait(int epoll, byte* events, int count, int timeoutMs);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int inotify_init1(int flags);

    [LibraryImport(Name, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int inotify_add_watch(SafeHandle fd, string path, uint mask);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int inotify_rm_watch(SafeHandle fd, int watch);

    [LibraryImport(Name, SetLastError = true)]
    public static partial void* mmap(void* address, nint length, int protection, int flags, int fd, nint offset);

    [LibraryImport(Name)]
    public static partial int munmap(void* address, nint length);

    /// <summary>struct epoll_event: without padding on x86-64, with it elsewhere. Carries a descriptor and a serial number.</summary>
    public static class EpollEvent
    {
        private static readonly int DataOffset = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;

        public static int Bytes => DataOffset + sizeof(ulong);

        public static void Write(byte* at, uint events, int descriptor, uint serial)
        {
            *(uint*)at = events;
            *(ulong*)(at + DataOffset) = ((ulong)serial << 32) | (uint)descriptor;
        }

        public static (int Descriptor, uint Serial) Read(byte* at)
        {
            var data = *(ulong*)(at + DataOffset);
            return ((int)(uint)data, (uint)(data >> 32));
        }
    }
}
