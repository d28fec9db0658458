using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Sentinel.Linux.Native;
using Sentinel.Model.Specs;

namespace Sentinel.Linux.Spawning;

/// <summary>
/// What the beginning of a program says about what must run it: the interpreter of a script, the loader and the machine of a binary;
/// see execve(2) and elf(5). The kernel says only "No such file" of a file that exists.
/// </summary>
internal sealed class ProgramFile
{
    // In bytes. The kernel looks at 256 for a script; the headers of a binary, with the name of its loader, are within a block.
    private const int Beginning = 4096;
    private const int LongestFirstLine = 256;
    private const int MachineOffset = 18;
    private const int Interpreter = 3; // PT_INTERP
    private const int MostHeaders = 64;

    private static readonly Dictionary<int, string> Machines = new()
    {
        [3] = "32-bit x86",
        [8] = "MIPS",
        [20] = "PowerPC",
        [21] = "64-bit PowerPC",
        [22] = "s390",
        [40] = "32-bit ARM",
        [62] = "x86-64",
        [183] = "64-bit ARM",
        [243] = "RISC-V",
        [258] = "LoongArch",
    };

    private readonly byte[] _bytes;

    private ProgramFile(byte[] bytes) => _bytes = bytes;

    /// <summary>Null when it cannot be read.</summary>
    public static unsafe ProgramFile? Read(string program)
    {
        using var file = LibC.open(program, LibC.O_RDONLY | LibC.O_NONBLOCK | LibC.O_CLOEXEC, 0);
        if (file.IsInvalid)
            return null;
        var bytes = new byte[Beginning];
        fixed (byte* buffer = bytes)
            return LibC.read(file, buffer, bytes.Length) is >= 0 and var length ? new ProgramFile(bytes[..(int)length]) : null;
    }

    /// <summary>Why nothing can run it, as far as we can tell before trying; null when there is nothing to say.</summary>
    /// <param name="workingDirectory">Where to look for an interpreter without an absolute path.</param>
    public string? WhyNot(string program, string workingDirectory)
    {
        if (FirstLine is { } line)
        {
            if (line.EndsWith('\r'))
                return $"{program} has Windows line endings, so the system looks for an interpreter with one in its name; 'sed -i \"s/\\r$//\" {program}' converts them";
            return line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries) is [var interpreter, ..] && WhyNot(Path.Combine(workingDirectory, interpreter)) is { } why
                ? $"the interpreter {interpreter}, which the first line of {program} names, {why}"
                : null;
        }

        return Loader is { } loader && WhyNot(loader) is { } reason
            ? $"{program} was made for another C library or system: its loader {loader} {reason}"
            : null;
    }

    /// <summary>Why the kernel cannot run it, when it is not a script for a shell either; null when it may be one.</summary>
    public string? WhyNoScript(string program)
    {
        if (IsElf)
        {
            var own = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 183 : 62;
            var machine = _bytes.Length >= MachineOffset + 2 ? Number16(MachineOffset) : own;
            return machine == own
                ? $"{program} is not a complete program: it begins like one, but the system cannot run it"
                : $"{program} is a program for another machine ({Machines.GetValueOrDefault(machine, $"number {machine}")}), and this is {Machines[own]}";
        }

        // As shells decide: text has no NUL in its first line.
        var end = _bytes.AsSpan().IndexOf((byte)'\n') is >= 0 and var found ? found : _bytes.Length;
        return _bytes.AsSpan(0, end).Contains((byte)0) ? $"{program} is neither a program for this machine nor a script" : null;
    }

    // The text after #!; null when there is none.
    private string? FirstLine
    {
        get
        {
            if (!_bytes.AsSpan().StartsWith("#!"u8))
                return null;
            var line = _bytes.AsSpan(2, Math.Min(_bytes.Length, LongestFirstLine) - 2);
            return NativeText.Of(line.IndexOf((byte)'\n') is >= 0 and var end ? line[..end] : line);
        }
    }

    private bool IsElf => _bytes.AsSpan().StartsWith("\x7f"u8) && _bytes.AsSpan(1).StartsWith("ELF"u8);

    private bool Is64Bit => _bytes[4] == 2;

    private bool IsBigEndian => _bytes[5] == 2;

    private string? Loader
    {
        get
        {
            if (!IsElf || _bytes.Length < 64)
                return null;
            var (first, size, count) = Is64Bit
                ? (Number(32), Number16(54), Number16(56))
                : (Number(28), Number16(42), Number16(44));
            for (var i = 0; i < Math.Min(count, MostHeaders); i++)
            {
                var header = first + ((long)i * size);
                if (header < 0 || header + 40 > _bytes.Length)
                    return null;
                if (Number32((int)header) != Interpreter)
                    continue;
                var (offset, length) = Is64Bit ? (Number((int)header + 8), Number((int)header + 32)) : (Number((int)header + 4), Number((int)header + 16));
                return offset >= 0 && length is > 0 and < Beginning && offset + length <= _bytes.Length
                    ? NativeText.Of(_bytes.AsSpan((int)offset, (int)length)).TrimEnd('\0')
                    : null;
            }

            return null;
        }
    }

    private static string? WhyNot(string program) => ProgramPath.IsFolder(program) switch
    {
        null => "does not exist",
        true => "is a folder",
        _ => null,
    };

    private long Number(int at) => !Is64Bit ? Number32(at) : at + 8 > _bytes.Length ? -1
        : IsBigEndian ? BinaryPrimitives.ReadInt64BigEndian(_bytes.AsSpan(at)) : BinaryPrimitives.ReadInt64LittleEndian(_bytes.AsSpan(at));

    private uint Number32(int at) =>
        IsBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(_bytes.AsSpan(at)) : BinaryPrimitives.ReadUInt32LittleEndian(_bytes.AsSpan(at));

    private int Number16(int at) =>
        IsBigEndian ? BinaryPrimitives.ReadUInt16BigEndian(_bytes.AsSpan(at)) : BinaryPrimitives.ReadUInt16LittleEndian(_bytes.AsSpan(at));
}
