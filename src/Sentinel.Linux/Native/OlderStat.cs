using System.Runtime.InteropServices;

namespace Sentinel.Linux.Native;

/// <summary>Looks at a file by fstatat(2), for containers of engines that know no newer call.</summary>
internal static unsafe class OlderStat
{
    // newfstatat; asm/unistd.h.
    private static readonly bool IsArm = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;
    private static readonly int SysStatAt = IsArm ? 79 : 262;

    // Larger than any struct stat.
    private const int StatBytes = 256;

    /// <param name="flags">As for statx(2).</param>
    /// <returns>0, or -1 with the errno.</returns>
    public static int Look(int folder, string path, int flags, LibC.StatX* status)
    {
        var stat = stackalloc byte[StatBytes];
        var name = Marshal.StringToCoTaskMemUTF8(path);
        try
        {
            if (LibC.syscall(SysStatAt, folder, name, (nint)stat, flags) != 0)
                return -1;
        }
        finally
        {
            Marshal.FreeCoTaskMem(name);
        }

        var (device, special) = (*(ulong*)stat, *(ulong*)(stat + (IsArm ? 32 : 40)));
        *status = new LibC.StatX
        {
            Inode = *(ulong*)(stat + 8),
            Links = IsArm ? *(uint*)(stat + 20) : (uint)*(ulong*)(stat + 16),
            Mode = (ushort)*(uint*)(stat + (IsArm ? 16 : 24)),
            Uid = *(uint*)(stat + (IsArm ? 24 : 28)),
            Bytes = *(ulong*)(stat + 48),
            WrittenSeconds = *(long*)(stat + 88),
            WrittenNanoseconds = (uint)*(ulong*)(stat + 96),
            BlockBytes = *(uint*)(stat + 56),
            SpecialMajor = MajorOf(special),
            SpecialMinor = MinorOf(special),
            DeviceMajor = MajorOf(device),
            DeviceMinor = MinorOf(device),
        };
        return 0;
    }

    // As gnu_dev_major(3) and gnu_dev_minor(3) split it.
    private static uint MajorOf(ulong device) => (uint)(((device >> 8) & 0xfff) | ((device >> 32) & 0xfffff000));

    private static uint MinorOf(ulong device) => (uint)((device & 0xff) | ((device >> 12) & 0xffffff00));
}
