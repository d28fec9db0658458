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
    public static string Folder => new FileInfo("/proc/self/cwd").LinkTarget ?? "?";

    /// <summary>The caller's umask. Ours is that what we make is our user's alone, and can be used by them: whatever the caller's is.</summary>
    public static int Umask { get; } = (int)LibC.umask(0x3f); // 077
}
