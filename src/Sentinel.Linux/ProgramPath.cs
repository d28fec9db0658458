namespace Sentinel.Linux;

/// <summary>Finds programs as execvp(3) does, and says more when there is none.</summary>
public static class ProgramPath
{
    private const string DefaultPath = "/usr/local/bin:/usr/bin:/bin";

    /// <returns>Why it cannot be executed, or null.</returns>
    public static string? Find(string name, string workingDirectory, string? path, out string program)
    {
        if (name.Contains('/'))
        {
            program = Path.Combine(workingDirectory, name);
            return File.Exists(program) ? IsExecutable(program) ? null : $"{program} is not executable ('chmod +x' makes it so)"
                : Directory.Exists(program) ? $"{program} is a folder, not a program"
                : $"there is no program {program}";
        }

        program = name;
        string? refused = null;
        foreach (var candidate in Candidates(name, workingDirectory, path))
        {
            if (!File.Exists(candidate))
                continue;
            program = candidate;
            if (IsExecutable(candidate))
                return null;
            refused ??= $"{candidate} is not executable ('chmod +x' makes it so)";
        }

        return refused ?? $"there is no program '{name}' in PATH";
    }

    /// <summary>Where a program may be, in the order in which it is sought.</summary>
    internal static IEnumerable<string> Candidates(string name, string workingDirectory, string? path) => name.Contains('/')
        ? [Path.Combine(workingDirectory, name)]
        // An empty entry is the working directory.
        : (path ?? DefaultPath).Split(':').Select(folder => Path.Combine(workingDirectory, folder, name));

    /// <summary>Whether it is the program that we are, by whatever links it is reached.</summary>
    public static bool IsOwn(string program) => Identity(program) is { } identity && identity == Identity("/proc/self/exe");

    private static unsafe (uint, uint, ulong)? Identity(string path)
    {
        LibC.StatX status;
        return LibC.statx(LibC.AT_FDCWD, path, 0, LibC.STATX_INO, &status) == 0 ? (status.DeviceMajor, status.DeviceMinor, status.Inode) : null;
    }

    private static bool IsExecutable(string path) => LibC.access(path, LibC.X_OK) == 0;
}
