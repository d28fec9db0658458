using Sentinel.Linux.Native;

namespace Sentinel.Linux.Proc;

/// <summary>Paths that lead to the same place for every process, and later: not those through which /proc shows a process.</summary>
public static class LastingPath
{
    // The limit of the kernel; see path_resolution(7).
    private const int MostLinks = 40;

    /// <summary>A lasting path of a folder.</summary>
    /// <exception cref="IOException">It is relative, and the working directory was deleted.</exception>
    public static string OfFolder(string path)
    {
        var full = Caller.Absolute(path);
        if (!IsPassing(full))
            return full;
        using var folder = LibC.open(full, LibC.O_PATH | LibC.O_DIRECTORY | LibC.O_CLOEXEC, 0);
        return folder.IsInvalid ? full : new FileInfo($"/proc/self/fd/{folder.DangerousGetHandle()}").LinkTarget ?? full;
    }

    /// <summary>Whether an absolute path leads through what /proc shows of a process, as /dev/stdin and /dev/fd/3 do.</summary>
    public static bool IsPassing(string path)
    {
        var left = new Stack<string>(Parts(path));
        var at = "/";
        for (var links = 0; left.TryPop(out var part);)
        {
            if (part == "..")
                at = Path.GetDirectoryName(at) ?? "/";
            if (part is "." or "..")
                continue;
            var next = Path.Combine(at, part);
            if (at == "/proc" && (part is "self" or "thread-self" || part.All(char.IsAsciiDigit)))
                return true;
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                at = next;
                continue;
            }

            if (++links > MostLinks)
                return false;
            if (Path.IsPathRooted(target))
                at = "/";
            foreach (var linked in Parts(target))
                left.Push(linked);
        }

        return false;
    }

    // The last first.
    private static IEnumerable<string> Parts(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse();
}
