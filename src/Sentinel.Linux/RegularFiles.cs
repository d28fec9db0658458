using System.Runtime.InteropServices;
using Sentinel.Core.Host;

namespace Sentinel.Linux;

/// <inheritdoc/>
public sealed unsafe class RegularFiles : IRegularFiles
{
    private const int TypeOfFile = 0xf000; // S_IFMT
    private const int Regular = 0x8000; // S_IFREG

    public byte[]? Read(string path, int mostBytes)
    {
        // Not blocking: a pipe would have us wait for somebody who writes to it.
        using var file = LibC.open(path, LibC.O_RDONLY | LibC.O_NONBLOCK | LibC.O_CLOEXEC, 0);
        if (file.IsInvalid)
            return Marshal.GetLastPInvokeError() is LibC.ENOENT or LibC.ENOTDIR
                ? null
                : throw SystemCallException.Last("open", path);
        LibC.StatX status;
        if (LibC.statx((int)file.DangerousGetHandle(), "", LibC.AT_EMPTY_PATH, LibC.STATX_TYPE | LibC.STATX_SIZE, &status) != 0)
            throw SystemCallException.Last("look at", path);
        if ((status.Mode & TypeOfFile) != Regular)
            throw new IOException("it is not a regular file");
        if (status.Bytes > (ulong)mostBytes)
            throw new IOException($"it is larger than {mostBytes / 1024} KB");
        var content = new byte[status.Bytes];
        var length = RandomAccess.Read(file, content, 0);
        return length == content.Length ? content : content[..length];
    }
}
