using Sentinel.Core.Specs;

namespace Sentinel.Linux;

/// <summary>What this process got from whoever started it.</summary>
public static class Caller
{
    /// <summary>Exact: a value need not be text, and the runtime would make it so.</summary>
    public static EnvironmentBlock Environment => new(File.ReadAllBytes("/proc/self/environ"));

    public static int Umask
    {
        get
        {
            var mask = LibC.umask(0);
            LibC.umask(mask);
            return (int)mask;
        }
    }
}
