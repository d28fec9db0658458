using Sentinel.Core.Specs;

namespace Sentinel.Linux;

/// <summary>What this process got from whoever started it.</summary>
public static class Caller
{
    /// <summary>Exact: a value need not be text, and the runtime would make it so.</summary>
    public static EnvironmentBlock Environment
    {
        get
        {
            // Where there is no /proc to read it from, that is what is wrong.
            _ = OwnProc.Required;
            return new(File.ReadAllBytes("/proc/self/environ"));
        }
    }

    /// <summary>What another process got, or made of it since; null when it may not be read.</summary>
    public static EnvironmentBlock? EnvironmentOf(int pid)
    {
        try
        {
            return new EnvironmentBlock(File.ReadAllBytes($"/proc/{pid}/environ"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Its working directory, also when that was deleted: then as the kernel says so.</summary>
    public static string Folder => Links.Target("/proc/self/cwd") ?? "?";

    /// <summary>
    /// Its working directory as the user went there: where that leads elsewhere tomorrow, what starts there does as well. $PWD has it, where
    /// that is true; see pwd(1p).
    /// </summary>
    /// <exception cref="IOException">It was deleted.</exception>
    public static string FolderAsSeen =>
        Environment["PWD"] is { } seen && seen.StartsWith('/') && !seen.Split('/').Any(part => part is "." or "..") && Links.AreSame(seen, ".")
            ? Path.GetFullPath(seen)
            : RealFolder;

    /// <summary>Its working directory, without links.</summary>
    /// <exception cref="IOException">It was deleted.</exception>
    public static string RealFolder => Folder is var folder && Links.AreSame(folder, ".")
        ? folder
        : throw new DirectoryNotFoundException("the folder you are in was deleted; 'cd' to one that exists, or name one with --cwd");

    /// <summary>A path that the user typed, from the root on, as they see it where that leads to the same.</summary>
    /// <exception cref="IOException">It is relative, and the folder was deleted.</exception>
    public static string Absolute(string path)
    {
        if (Path.IsPathRooted(path))
            return Path.GetFullPath(path);
        // After a link .. means to the system something else than to a shell.
        var seen = Path.GetFullPath(path, FolderAsSeen);
        return Links.Identity(path) is null || Links.AreSame(path, seen) ? seen : Path.GetFullPath(path, RealFolder);
    }

    /// <summary>As <see cref="Core.Specs.Inherited"/> writes it.</summary>
    public static string Inherited => Inheritance.OfCaller().ToString();

    /// <inheritdoc cref="Linux.Surroundings"/>
    public static string Surroundings => Linux.Surroundings.Own();

    /// <summary>
    /// What is on the command line after the program, byte for byte: the runtime has replaced what is no text.
    /// </summary>
    public static string[] Arguments(string[] fromRuntime) => Array.Exists(fromRuntime, argument => argument.Contains('\ufffd'))
        && ExactArguments() is { } exact && exact.Length == fromRuntime.Length
        ? exact
        : fromRuntime;

    private static string[] ExactArguments()
    {
        var arguments = new List<string>();
        for (var rest = (ReadOnlySpan<byte>)File.ReadAllBytes("/proc/self/cmdline"); !rest.IsEmpty;)
        {
            var end = rest.IndexOf((byte)0) is >= 0 and var found ? found : rest.Length;
            arguments.Add(NativeText.Of(rest[..end]));
            rest = rest[Math.Min(end + 1, rest.Length)..];
        }

        return [.. arguments.Skip(1)];
    }

    /// <summary>The caller's umask. Ours is that what we make is our user's alone, and can be used by them: whatever the caller's is.</summary>
    public static int Umask { get; } = (int)LibC.umask(0x3f); // 077
}
