using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Sentinel.Linux.Native;

/// <summary>The one home of calls into the C library. Constants are those of Linux on x86-64 and ARM64.</summary>
internal static unsafe partial class LibC
{
    private const string Name = "libc";

    public const int O_RDONLY = 0;
    public const int O_WRONLY = 1;
    public const int O_RDWR = 2;
    public const int O_CREAT = 0x40;
    public const int O_EXCL = 0x80;
    public const int O_NOCTTY = 0x100;
    public const int O_TRUNC = 0x200;
    public const int O_APPEND = 0x400;
    public const int O_NONBLOCK = 0x800;
    public const int O_CLOEXEC = 0x80000;
    public const int O_PATH = 0x200000;

    // The flags whose numbers differ between the two architectures.
    public static readonly int O_DIRECTORY =
        RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x4000 : 0x10000;

    public static readonly int O_NOFOLLOW =
        RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x8000 : 0x20000;

    public const int EPERM = 1;
    public const int ENOENT = 2;
    public const int ESRCH = 3;
    public const int EINTR = 4;
    public const int EIO = 5;
    public const int ENXIO = 6;
    public const int ENOEXEC = 8;
    public const int EBADF = 9;
    public const int EAGAIN = 11;
    public const int EACCES = 13;
    public const int EXDEV = 18;
    public const int ENOTDIR = 20;
    public const int EINVAL = 22;
    public const int ENFILE = 23;
    public const int EMFILE = 24;
    public const int EFBIG = 27;
    public const int ENOSPC = 28;
    public const int EPIPE = 32;
    public const int ENOSYS = 38;
    public const int ELOOP = 40;
    public const int EOPNOTSUPP = 95;
    public const int EADDRINUSE = 98;
    public const int ECONNREFUSED = 111;
    public const int EINPROGRESS = 115;

    public const int AF_UNIX = 1;
    public const int SOCK_STREAM = 1;
    public const int SOCK_DGRAM = 2;
    public const int SOCK_NONBLOCK = 0x800;
    public const int SOCK_CLOEXEC = 0x80000;
    public const int SOL_SOCKET = 1;
    public const int SO_ERROR = 4;
    public const int MSG_NOSIGNAL = 0x4000;
    public const int MSG_CMSG_CLOEXEC = 0x40000000;
    public const int SHUT_WR = 1;

    public const int F_GETFD = 1;
    public const int F_SETFL = 4;
    public const int F_SETSIG = 10;
    public const int F_OFD_SETLK = 37;
    public const int F_OFD_SETLKW = 38;
    public const int F_SETLEASE = 1024;
    public const int F_DUPFD_CLOEXEC = 1030;
    public const short F_RDLCK = 0;
    public const short F_WRLCK = 1;
    public const short F_UNLCK = 2;
    public const int SIGURG = 23;

    public const int AT_FDCWD = -100;
    public const int AT_SYMLINK_NOFOLLOW = 0x100;
    public const int AT_EMPTY_PATH = 0x1000;
    public const uint STATX_TYPE = 1;
    public const uint STATX_MODE = 2;
    public const uint STATX_NLINK = 4;
    public const uint STATX_UID = 8;
    public const uint STATX_MTIME = 0x40;
    public const uint STATX_INO = 0x100;
    public const uint STATX_SIZE = 0x200;
    public const uint STATX_BTIME = 0x800;

    public const uint EPOLLIN = 1;
    public const uint EPOLLOUT = 4;
    public const int EPOLL_CTL_ADD = 1;
    public const int EPOLL_CTL_DEL = 2;

    public const int LOCK_EX = 2;
    public const int LOCK_NB = 4;

    public const short POLLIN = 1;
    public const short POLLOUT = 4;
    public const short POLLERR = 8;
    public const short POLLHUP = 0x10;
    public const short POLLRDHUP = 0x2000;

    public const ushort S_IFMT = 0xf000;
    public const ushort S_IFLNK = 0xa000;
    public const ushort S_IFREG = 0x8000;
    public const ushort S_IFDIR = 0x4000;
    public const ushort S_IFCHR = 0x2000;

    public const int X_OK = 1;
    public const int W_OK = 2;
    public const int SC_CLK_TCK = 2;

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
    public static partial int clock_gettime(int clock, TimeSpec* time);

    [LibraryImport(Name, SetLastError = true)]
    public static partial nint syscall(nint number, nint a, nint b, nint c, nint d);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int socket(int family, int type, int protocol);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int bind(SafeHandle socket, byte* address, uint length);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int listen(SafeHandle socket, int backlog);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int accept4(SafeHandle socket, byte* address, uint* length, int flags);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int connect(SafeHandle socket, byte* address, uint length);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int getsockopt(SafeHandle socket, int level, int name, void* value, uint* length);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int setsockopt(SafeHandle socket, int level, int name, void* value, uint length);

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
    public static partial int shutdown(SafeHandle socket, int how);

    [LibraryImport(Name, SetLastError = true)]
    public static partial nint send(SafeHandle socket, byte* buffer, nint count, int flags);

    [LibraryImport(Name, SetLastError = true)]
    public static partial nint sendto(int socket, byte* buffer, nint count, int flags, byte* address, uint length);

    [LibraryImport(Name, SetLastError = true)]
    public static partial nint recvmsg(SafeHandle socket, MessageHeader* message, int flags);

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

    [StructLayout(LayoutKind.Sequential)]
    public struct PollFd
    {
        public int Fd;
        public short Events;
        public short Returned;
    }

    // struct iovec.
    [StructLayout(LayoutKind.Sequential)]
    public struct IoVector
    {
        public void* Base;
        public nint Length;
    }

    // struct msghdr.
    [StructLayout(LayoutKind.Sequential)]
    public struct MessageHeader
    {
        public void* Name;
        public uint NameLength;
        public IoVector* Vectors;
        public nint VectorCount;
        public void* Control;
        public nint ControlLength;
        public int Flags;
    }

    // struct passwd of the C library.
    [StructLayout(LayoutKind.Sequential)]
    public struct Passwd
    {
        public byte* Name;
        public byte* Password;
        public uint UserId;
        public uint GroupId;
        public byte* Gecos;
        public byte* Home;
        public byte* Shell;
    }

    // struct group.
    [StructLayout(LayoutKind.Sequential)]
    public struct GroupEntry
    {
        public byte* Name;
        public byte* Password;
        public uint GroupId;
        public byte** Members;
    }

    // struct flock; with all zero but the type, it covers the whole file.
    [StructLayout(LayoutKind.Sequential)]
    public struct FileLock
    {
        public short Type;
        public short Whence;
        public long Start;
        public long Length;
        public int Pid;
    }

    // The fields of struct statx that are used here.
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    public struct StatX
    {
        [FieldOffset(0)]
        public uint Mask;

        [FieldOffset(4)]
        public uint BlockBytes;

        [FieldOffset(16)]
        public uint Links;

        [FieldOffset(20)]
        public uint Uid;

        [FieldOffset(28)]
        public ushort Mode;

        [FieldOffset(32)]
        public ulong Inode;

        [FieldOffset(40)]
        public ulong Bytes;

        [FieldOffset(80)]
        public long BornSeconds;

        [FieldOffset(88)]
        public uint BornNanoseconds;

        [FieldOffset(112)]
        public long WrittenSeconds;

        [FieldOffset(120)]
        public uint WrittenNanoseconds;

        [FieldOffset(128)]
        public uint SpecialMajor;

        [FieldOffset(132)]
        public uint SpecialMinor;

        [FieldOffset(136)]
        public uint DeviceMajor;

        [FieldOffset(140)]
        public uint DeviceMinor;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }

    // struct rusage of getrusage(2), 144 bytes.
    [StructLayout(LayoutKind.Explicit, Size = 144)]
    public struct ResourceUsage
    {
        [FieldOffset(32)]
        public long MaxResidentKilobytes;
    }
}
