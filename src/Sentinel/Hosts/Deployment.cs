using Sentinel.Api.Wire;
using Sentinel.Core.Home;

namespace Sentinel.Hosts;

/// <summary>A project that was brought to this machine, in a folder of the home: its releases by number, and a link to the one that counts.</summary>
internal static class Deployment
{
    /// <summary>The folder of a project here: that of its current release or, where it was never deployed, the one that has it on the other machine.</summary>
    /// <exception cref="HostException">There is none.</exception>
    public static string FolderOf(SentinelHome home, RelayProject project)
    {
        var current = Path.Combine(home.Folder, "deployed", project.Name, "current");
        if (Directory.Exists(current))
            return current;
        return File.Exists(project.File) ? Path.GetDirectoryName(project.File)!
            : throw new HostException($"the project {project.Name} is not on this machine: 'sentinel deploy' brings it here");
    }
}
