using System.CommandLine;
using Sentinel.Core.Projects;
using Sentinel.Linux.Files;
using Sentinel.Linux.Proc;
using Sentinel.Rendering;

namespace Sentinel.Commands;

/// <summary>Reads the project that a command is about.</summary>
internal static class ProjectLook
{
    public static Option<string?> File() => new("--file", "-f")
    {
        Description = $"File of the project [default: {ProjectFile.Name} here or in a folder above]",
        HelpName = "file",
    };

    /// <summary>The file of the folder that we are in, or of one above; null: there is none.</summary>
    public static string? Found() => ProjectFile.Find(Caller.FolderAsSeen, Environment.GetEnvironmentVariable("HOME"));

    /// <summary>Null: there is no file, and the user has been told.</summary>
    public static ProjectRead? Read(string? given)
    {
        var reader = new ProjectReader(new RegularFiles());
        if (given is { Length: > 0 })
            return reader.Read(Caller.Absolute(given), given);
        if (given is null && Found() is { } found)
            return reader.Read(found, Path.GetFileName(found));
        Session.Fail(given is null ? $"there is no {ProjectFile.Name} here or in a folder above; 'sentinel init' writes one, and --file names one" : "--file takes a file, not ''");
        return null;
    }

    /// <summary>Null: it could not be read, and the user has been told all reasons.</summary>
    public static Project? ReadOrTell(string? given)
    {
        if (Read(given) is not { } read)
            return null;
        Tell(read.Problems);
        return read.Project;
    }

    public static void Tell(IEnumerable<Problem> problems)
    {
        foreach (var problem in problems)
            Output.Tell(problem.ToString());
    }

    /// <summary>The names of processes, for completion.</summary>
    public static IEnumerable<string> Names()
    {
        try
        {
            return Found() is { } found
                ? new ProjectReader(new RegularFiles()).Read(found).Project?.Processes.Select(process => process.Name) ?? [] : [];
        }
        catch (IOException)
        {
            return [];
        }
    }
}
