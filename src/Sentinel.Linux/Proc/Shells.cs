using System.Text;
using Sentinel.Linux.Native;

namespace Sentinel.Linux.Proc;

/// <summary>Tells shells from other programs.</summary>
internal static class Shells
{
    private static readonly HashSet<string> Names = ["sh", "bash", "rbash", "dash", "zsh", "ash", "ksh", "ksh93", "mksh", "yash", "fish"];

    // They are many programs in one, and name themselves after the one that they are now.
    private static readonly HashSet<string> Boxes = ["busybox", "toybox"];

    public static bool IsOne(int pid)
    {
        var program = ProgramOf(pid) ?? CommandOf(pid);
        return Names.Contains(program) || (Boxes.Contains(program) && Names.Contains(CommandOf(pid)));
    }

    // Null when we may not know, as for another user's process. A program that was replaced is still what it was.
    private static string? ProgramOf(int pid)
    {
        try
        {
            var program = File.ResolveLinkTarget($"/proc/{pid}/exe", returnFinalTarget: false)?.FullName;
            return program is null ? null : Path.GetFileName(program).Replace(" (deleted)", "");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string CommandOf(int pid)
    {
        Span<byte> name = stackalloc byte[64];
        return Encoding.UTF8.GetString(name[..Math.Max(0, ProcFile.Read(pid, "/comm\0"u8, name))]).TrimEnd('\n');
    }
}
