using System.CommandLine;
using Sentinel.Rendering;

namespace Sentinel.Commands;

/// <summary>Whether the containers of an engine run the programs of their machines.</summary>
internal static class HostFilesOption
{
    public const string Name = "--host-files";

    /// <param name="begin">What its description begins with.</param>
    public static Option<bool> Create(string begin) => SharedOptions.Flag(Name, $"{begin}{(begin.Length > 0 ? 'r' : 'R')}un the programs that each machine has, with its files and its network, as root; for swarm and kubernetes");

    /// <summary>Nobody is to have this without knowing.</summary>
    public static void Warn(bool isGiven)
    {
        if (isGiven)
            Output.Tell($"Warning: with {Name} each container has all files of its machine, and the rights of root there; who may change the project may change these machines");
    }
}
