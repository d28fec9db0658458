using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Sentinel.Core.Host;
using Sentinel.Linux.Native;

namespace Sentinel.Linux.Files;

/// <inheritdoc/>
public sealed unsafe class RegularFiles : IRegularFiles
{
    private static readonly HomeFiles Home = new();

    public byte[]? Read(string path, int mostBytes, Account? reader = null)
    {
        using var file = reader is { IsAnother: true } ? OpenAs(reader, path) : Open(path);
        if (!file.IsInvalid)
            return Content(file, path, mostBytes);
        var error = Marshal.GetLastPInvokeError();
        if (error is LibC.ENOENT or LibC.ENOTDIR)
            return null;
        var failure = SystemCallException.Last("open", path);
        if (reader is not { IsAnother: true } || error is not (LibC.EACCES or LibC.EPERM))
            throw failure;
        // In a folder that is closed to them, a file that does not exist is nothing to report.
        return Path.Exists(path) ? throw new UnauthorizedAccessException($"{reader.Name} may not read it") : null;
    }

    public byte[]? ReadOfHome(string path, int mostBytes)
    {
        using var file = Home.OpenToRead(path);
        return file is null ? null : Content(file, path, mostBytes);
    }

    private static SafeFileHandle OpenAs(Account reader, string path)
    {
        using var rights = RightsOf.Take(reader);
        return Open(path);
    }

    // O_NONBLOCK: a pipe would make us wait for someone who writes to it.
    private static SafeFileHandle Open(string path) => LibC.open(path, LibC.O_RDONLY | LibC.O_NONBLOCK | LibC.O_NOCTTY | LibC.O_CLOEXEC, 0);

    private static byte[] Content(SafeFileHandle file, string path, int mostBytes)
    {
        LibC.StatX status;
        if (LibC.statx((int)file.DangerousGetHandle(), "", LibC.AT_EMPTY_PATH, LibC.STATX_TYPE | LibC.STATX_SIZE, &status) != 0)
            throw SystemCallException.Last("look at", path);
        if ((status.Mode & LibC.S_IFMT) != LibC.S_IFREG)
            throw new IOException("it is not a regular file");
        if (status.Bytes > (ulong)mostBytes)
            throw new IOException($"it is larger than {mostBytes / 1024} KB");
        var content = new byte[status.Bytes];
        var length = RandomAccess.Read(file, content, 0);
        return length == content.Length ? content : content[..length];
    }
}
