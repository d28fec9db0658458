using Sentinel.Linux.Native;

namespace Sentinel.Linux.Spawning;

/// <summary>Finds programs as execvp(3) does, and says more when it finds none.</summary>
public static class ProgramPath
{
    private const string DefaultPath = "/usr/local/bin:/usr/bin:/bin";
    private const int TypeOfFile = 0xf000; // S_IFMT
    private const int Folder = 0x4000; // S_IFDIR

    /// <summary>The names of programs that begin like this, for completion.</summary>
    public static IEnumerable<string> Beginning(string begun, string? path) => begun.Contains('/') ? [] : (path ?? DefaultPath).Split(':')
        .Where(Directory.Exists)
        .SelectMany(folder => Directory.EnumerateFiles(folder, "*", new EnumerationOptions { IgnoreInaccessible = true }))
        .Select(file => Path.GetFileName(file))
        .Where(name => name.StartsWith(begun, StringComparison.Ordinal));

    /// <returns>Why it cannot be executed, or null.</returns>
    public static string? Find(string name, string workingDirectory, string? path, out string program)
    {
        if (name.Contains('/'))
        {
            program = In(workingDirectory, name);
            return IsFolder(program) switch
            {
                false => IsExecutable(program) ? null : $"{program} is not executable ('chmod +x' makes it so)",
                true => $"{program} is a folder, not a program",
                null => $"there is no program {program}{HintOn(name)}",
            };
        }

        program = name;
        string? refused = null;
        foreach (var candidate in Candidates(name, workingDirectory, path))
        {
            if (IsFolder(candidate) is not false)
                continue;
            program = candidate;
            if (IsExecutable(candidate))
                return null;
            refused ??= $"{candidate} is not executable ('chmod +x' makes it so)";
        }

        return refused ?? $"there is no program '{name}' in PATH{HintOn(name)}";
    }

    /// <summary>Where a program may be, in search order.</summary>
    internal static IEnumerable<string> Candidates(string name, string workingDirectory, string? path) => name.Contains('/')
        ? [Path.Combine(workingDirectory, name)]
        // An empty entry is the working directory.
        : (path ?? DefaultPath).Split(':').Select(folder => Path.Combine(workingDirectory, folder, name));

    /// <summary>Whether it is our own program, by whatever links.</summary>
    public static bool IsOwn(string program) => Links.AreSame(program, "/proc/self/exe");

    /// <summary>Whether a path leads to a folder; null when nothing is there.</summary>
    internal static unsafe bool? IsFolder(string path)
    {
        LibC.StatX status;
        return LibC.statx(LibC.AT_FDCWD, path, 0, LibC.STATX_TYPE, &status) == 0 ? (status.Mode & TypeOfFile) == Folder : null;
    }

    // As it was written, without redundant parts; .. stays, since after a link it leads elsewhere than the text suggests.
    private static string In(string folder, string path)
    {
        while (path.StartsWith("./", StringComparison.Ordinal))
            path = path[2..].TrimStart('/');
        return path is "" or "." ? folder : Path.Combine(folder, path).Replace("/./", "/");
    }

    private static string HintOn(string name) =>
        name.Contains(' ') ? "; it is taken as one word, with its spaces: to run a command line, give it as the only argument, without -- before it" : "";

    private static bool IsExecutable(string path) => LibC.access(path, LibC.X_OK) == 0;
}
