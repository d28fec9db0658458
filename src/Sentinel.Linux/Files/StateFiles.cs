using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Sentinel.Core.Host;
using Sentinel.Linux.Native;

namespace Sentinel.Linux.Files;

/// <inheritdoc/>
public sealed unsafe class StateFiles : IStateFiles
{
    private const uint OwnerOnlyFolder = 0x1c0; // 0700

    // Commands hold the lock for milliseconds.
    private static readonly TimeSpan LongWait = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);

    private static readonly HomeFiles Files = new();

    public IHomeFiles Home => Files;

    public IDisposable Lock(string path, Action<string> waiting, Func<bool>? isKept = null)
    {
        var file = Files.OpenOrMake(path);
        try
        {
            if (!TryLock(file))
                Wait(file, path, waiting, isKept);
            SayWhoHolds(file);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public IDisposable? TryLock(string path)
    {
        var file = Files.OpenOrMake(path);
        if (TryLock(file))
        {
            SayWhoHolds(file);
            return file;
        }

        var error = Marshal.GetLastPInvokeError();
        file.Dispose();
        return error == LibC.EAGAIN ? null : throw new IOException($"cannot lock {path}: {SystemCallException.Reason(error)}");
    }

    public void Replace(string path, string previous, ReadOnlySpan<byte> content, bool durable)
    {
        // Only the holder of the lock writes: files with these names are what a killed command left behind.
        var next = path + ".new";
        var kept = previous + ".new";
        // The first state has no copy to fall back on.
        durable |= !File.Exists(path);
        try
        {
            using (var file = Files.MakeAnew(next))
            {
                Write(file, content, next);
                if (durable && LibC.fdatasync(file) != 0)
                    throw SystemCallException.Last("write", next);
            }

            KeepPrevious(path, previous, kept);
            if (LibC.rename(next, path) != 0)
                throw SystemCallException.Last("replace", path);
        }
        catch
        {
            LibC.unlink(next);
            LibC.unlink(kept);
            throw;
        }

        if (durable)
            FlushFolder(Path.GetDirectoryName(path)!);
    }

    public void MakePrivateFolder(string path)
    {
        var parent = Path.GetDirectoryName(path);
        if (parent is not null && !Directory.Exists(parent))
            Directory.CreateDirectory(parent);
        if (LibC.mkdir(path, OwnerOnlyFolder) == 0)
            return;
        // Before any other call, which would change errno.
        var failure = SystemCallException.Last("make the folder", path);
        if (!Directory.Exists(path))
            throw failure;
        if (HomeFiles.WhyNotHome(path, isToWrite: true) is { } why)
            throw new UnauthorizedAccessException(why);
    }

    /// <summary>The pid of the process that holds a lock, or held it last; null when that is not known.</summary>
    public static int? HolderOf(string path)
    {
        try
        {
            using var file = Files.OpenToRead(path);
            return file is not null && int.TryParse(Holder(file), out var pid) ? pid : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static bool TryLock(SafeFileHandle file) => LibC.flock(file, LibC.LOCK_EX | LibC.LOCK_NB) == 0;

    // For processes that wait: whom they wait for.
    private static void SayWhoHolds(SafeFileHandle file)
    {
        var holder = Encoding.ASCII.GetBytes($"{Environment.ProcessId}\n");
        fixed (byte* bytes = holder)
            if (LibC.ftruncate(file, 0) == 0)
                LibC.pwrite(file, bytes, holder.Length, 0);
    }

    private static void Wait(SafeFileHandle file, string path, Action<string> waiting, Func<bool>? isKept)
    {
        // The kernel wakes waiting processes in turn; a second thread is needed only to report the wait.
        var error = 0;
        var thread = new Thread(() =>
        {
            while (LibC.flock(file, LibC.LOCK_EX) != 0)
                if ((error = Marshal.GetLastPInvokeError()) != LibC.EINTR)
                    return;
            error = 0;
        })
        { IsBackground = true };
        thread.Start();
        var begun = TimeProvider.System.GetTimestamp();
        for (var isTold = false; !thread.Join(PollInterval);)
        {
            // The thread keeps waiting, and releases the lock when it gets it: our descriptor is closed by then.
            if (isKept?.Invoke() is true)
                throw new LockKeptException();
            var waited = TimeProvider.System.GetElapsedTime(begun);
            if (waited >= LongWait && !isTold)
            {
                isTold = true;
                waiting($"pid {Holder(file)}");
            }

            if (waited >= LongestWait)
                throw new TimeoutException(
                    $"another command (pid {Holder(file)}) has held {path} for {LongestWait.TotalSeconds} seconds; "
                    + "end it if it hangs, then try again");
        }

        if (error != 0)
            throw new IOException($"cannot lock {path}: {SystemCallException.Reason(error)}");
    }

    // By our own descriptor: the runtime does not open a locked file for reading.
    private static string Holder(SafeFileHandle file)
    {
        Span<byte> pid = stackalloc byte[16];
        return Encoding.ASCII.GetString(pid[..RandomAccess.Read(file, pid, 0)]).Trim() is { Length: > 0 } holder ? holder : "unknown";
    }

    private static void Write(SafeFileHandle file, ReadOnlySpan<byte> content, string path)
    {
        for (long written = 0; written < content.Length;)
            fixed (byte* rest = content[(int)written..])
                if (LibC.pwrite(file, rest, content.Length - (nint)written, written) is >= 0 and var count)
                    written += count;
                else if (Marshal.GetLastPInvokeError() != LibC.EINTR)
                    throw SystemCallException.Last("write", path);
    }

    private static void KeepPrevious(string path, string previous, string kept)
    {
        LibC.unlink(kept);
        // Where links are forbidden, the call would report only that, even for a file that does not exist.
        if (!File.Exists(path))
            return;
        if (LibC.link(path, kept) != 0)
        {
            switch (Marshal.GetLastPInvokeError())
            {
                case LibC.ENOENT:
                    return;
                case LibC.EPERM or LibC.EOPNOTSUPP or LibC.ENOSYS or LibC.EXDEV:
                    // A file system without hard links.
                    Files.Copy(path, kept, mayHaveTwoNames: true);
                    break;
                default:
                    throw SystemCallException.Last("keep a copy of", path);
            }
        }

        if (LibC.rename(kept, previous) != 0)
            throw SystemCallException.Last("replace", previous);
    }

    private static void FlushFolder(string path)
    {
        using var folder = LibC.open(path, LibC.O_RDONLY | LibC.O_DIRECTORY | LibC.O_CLOEXEC, 0);
        // Some file systems cannot do this, and need not.
        if (!folder.IsInvalid && LibC.fsync(folder) != 0 && Marshal.GetLastPInvokeError() == LibC.EIO)
            throw SystemCallException.Last("write", path);
    }
}
