using Microsoft.Win32.SafeHandles;
using Sentinel.Linux.Native;

namespace Sentinel.Tests.Logs;

/// <summary>A process that has its log open and appends to it.</summary>
internal sealed class Appender(string path) : IDisposable
{
    private readonly SafeFileHandle _file = LibC.open(path, LibC.O_WRONLY | LibC.O_CREAT | LibC.O_APPEND, mode: 0x180);
    private readonly MemoryStream _all = new();
    private readonly Random _random = new(1);

    public string Path => path;

    /// <summary>What was written since it was last emptied.</summary>
    public byte[] All => _all.ToArray();

    public void Write(int length)
    {
        var bytes = new byte[length];
        // Zeros too, which are no hole.
        _random.NextBytes(bytes.AsSpan(0, length / 2));
        Append(bytes);
    }

    public unsafe void Append(byte[] bytes)
    {
        _all.Write(bytes);
        fixed (byte* buffer = bytes)
            Assert.Equal(bytes.Length, LibC.write((int)_file.DangerousGetHandle(), buffer, bytes.Length));
    }

    /// <summary>Makes a hole up to a length; what is written next stands behind it.</summary>
    public void Lengthen(long length)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        RandomAccess.SetLength(file, length);
    }

    public void Truncate()
    {
        File.OpenHandle(path, FileMode.Truncate, FileAccess.Write, FileShare.ReadWrite).Dispose();
        _all.SetLength(0);
    }

    public void Dispose() => _file.Dispose();
}
