using Sentinel.Core.Host;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Exports;

/// <summary>
/// How a process of an engine runs with the files and the network of its machine: the container has these files in a folder, and the process takes that folder for its root.
/// </summary>
internal static class HostFiles
{
    /// <summary>An image with chroot(1) and a shell, for a process that names none.</summary>
    public const string Image = "busybox";

    /// <summary>Where a container has the files of its machine.</summary>
    public const string Folder = "/host";

    private static readonly string[] Inside = ["chroot", Folder];

    /// <summary>What is executed in the container.</summary>
    /// <param name="secrets">Files of the container, which are read before.</param>
    public static IReadOnlyList<string> Words(ProcessSpec spec, IReadOnlyList<Secret> secrets)
    {
        var own = StartSteps.Around(spec.Command, [], spec.Before).Arguments;
        return StartSteps.Around(spec.Command with { Arguments = [.. Inside, "/bin/sh", "-c", "cd \"$1\" && shift && exec \"$@\"", "sentinel", spec.WorkingDirectory, .. own] }, secrets, before: null).Arguments;
    }

    /// <summary>A command that is run beside a process, where that is.</summary>
    public static IReadOnlyList<string> Beside(Service service, IReadOnlyList<string> words) => service.HasHostFiles ? [.. Inside, .. words] : words;
}
