using System.Text.RegularExpressions;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Projects;

/// <summary>What is allowed in a project, and will most likely not do what is wanted on this machine.</summary>
/// <param name="whyNot">Why a program cannot be executed, from its name, the folder it is started in and PATH; null: it can.</param>
/// <param name="isThere">Whether a file or folder exists.</param>
/// <param name="path">The PATH that processes get, unless they have their own; null: there is none.</param>
public sealed partial class ProjectAdvice(Func<string, string, string?, string?> whyNot, Func<string, bool> isThere, string? path)
{
    public IReadOnlyList<Problem> On(Project project) =>
        [.. OnFiles(project.EnvironmentFiles), .. project.Processes.SelectMany(process => On(process, project).Concat(OnNeeds(process, project)))];

    private IEnumerable<Problem> On(ProjectProcess process, Project project)
    {
        foreach (var missing in process.Find(FileKeys.EnvironmentFiles) is { } files ? OnFiles(files.Given) : [])
            yield return missing;
        var command = process.Run.Command;
        var folder = process.WorkingDirectory;
        if (!isThere(folder))
            yield return new Problem(process.Find("cwd")!.Place, $"there is no folder {folder}");
        // What a shell makes of its line, and what is made before, nobody knows.
        else if (!command.Shell && process.Find("before") is null && whyNot(command.Arguments[0], folder, PathOf(process, project)) is { } why)
            yield return new Problem(process.Run.Place, why);
        foreach (var given in process.Find(FileKeys.Secrets)?.Given ?? [])
            if (Secret.Parse(given.Text, file => file) is { IsCommand: false, Source: ['/', ..] file, Name: var variable } && !isThere(file))
                yield return new Problem(given.Place, $"there is no file {file}, which holds {variable}");
        if (process.Run.IsExact && process.Run.Words.Select(word => Reference().Match(word)).FirstOrDefault(match => match.Success) is { Value: var name })
            yield return new Problem(process.Run.Place, $"{name} stays as it is: a list of words has no shell that replaces it; write {FileKeys.Run} as one text");
    }

    private static IEnumerable<Problem> OnNeeds(ProjectProcess process, Project project)
    {
        if (process.Find(FileKeys.Needs) is not { } needs)
            yield break;
        var own = project.MachinesOf(process);
        foreach (var given in needs.Given)
            if (project.Processes.FirstOrDefault(other => other.Name == Need.Parse(given.Text).Name) is { Hosts.Count: > 0 } needed
                && (own.Count == 0 || own.Except(project.MachinesOf(needed)).Any()))
                yield return new Problem(given.Place, $"{needed.Name} does not run on all machines that {process.Name} runs on, and where it does not, nothing waits for it");
    }

    private IEnumerable<Problem> OnFiles(IEnumerable<Given> files) => files
        .Where(file => !file.Text.StartsWith('?') && !isThere(file.Text))
        .Select(file => new Problem(file.Place, $"there is no file {file.Text}; if it may be missing, put ? in front"));

    private string? PathOf(ProjectProcess process, Project project) =>
        process.Find(FileKeys.Environment)?.Values.Select(Variable.Parse).LastOrDefault(variable => variable.Name == "PATH").Value
        ?? project.Variables.FirstOrDefault(variable => variable.Name == "PATH")?.Value
        ?? path;

    [GeneratedRegex(@"\$(\w+|\{\w+\})")]
    private static partial Regex Reference();
}
