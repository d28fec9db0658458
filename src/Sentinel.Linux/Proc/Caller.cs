using Sentinel.Linux.Native;
using Sentinel.Model.Specs;

namespace Sentinel.Linux.Proc;

/// <summary>What this process got from the one that started it.</summary>
public static class Caller
{
    /// <summary>The exact bytes: a value need not be text, and the runtime would make it text.</summary>
    public static EnvironmentBlock Environment
    {
        get
        {
            // Without a /proc to read it from, report that.
            _ = OwnProc.Required;
            return new(File.ReadAllBytes("/proc/self/environ"));
        }
    }

    /// <summary>What another process got, or has made of it since; null when we may not read it.</summary>
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

    /// <summary>The working directory; when it was deleted, the path with the mark that the kernel adds.</summary>
    public static string Folder => Links.Target("/proc/self/cwd") ?? "?";

    /// <summary>
    /// The working directory by the path that the user took: if that leads elsewhere tomorrow, what starts there does too. $PWD holds it,
    /// if that is true; see pwd(1p).
    /// </summary>
    /// <exception cref="IOException">It was deleted.</exception>
    public static string FolderAsSeen =>
        Environment["PWD"] is { } seen && seen.StartsWith('/') && !seen.Split('/').Any(part => part is "." or "..") && Links.AreSame(seen, ".")
            ? Path.GetFullPath(seen)
            : RealFolder;

    /// <summary>The working directory, without links.</summary>
    /// <exception cref="IOException">It was deleted.</exception>
    public static string RealFolder => Folder is var folder && Links.AreSame(folder, ".")
        ? folder
        : throw new DirectoryNotFoundException("the folder you are in was deleted; 'cd' to one that exists, or name one with --cwd");

    /// <summary>A path that the user typed, made absolute: as they see it, if that leads to the same place.</summary>
    /// <exception cref="IOException">It is relative, and the folder was deleted.</exception>
    public static string Absolute(string path)
    {
        if (Path.IsPathRooted(path))
            return Path.GetFullPath(path);
        // After a link, .. means something else to the system than to a shell.
        var seen = Path.GetFullPath(path, FolderAsSeen);
        return Links.Identity(path) is null || Links.AreSame(path, seen) ? seen : Path.GetFullPath(path, RealFolder);
    }

    /// <summary>What we inherited, as <see cref="Model.Specs.Inherited"/> writes it.</summary>
    public static string Inherited => Inheritance.OfCaller().ToString();

    /// <inheritdoc cref="Proc.Surroundings"/>
    public static string Surroundings => Proc.Surroundings.Own();

    /// <summary>
    /// The command line after the program, byte for byte: the runtime has replaced what is not text.
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

    /// <summary>The caller's umask. Ours, whatever the caller's is, leaves what we make to our own user alone, with full access.</summary>
    public static int Umask { get; } = (int)LibC.umask(0x3f); // 077
}
