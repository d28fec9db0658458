using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Parsing;
using Sentinel.Api;
using Sentinel.Core.Supervision;
using Sentinel.Linux.Proc;
using Sentinel.Model.Fields;
using Sentinel.Model.Specs;
using Command = System.CommandLine.Command;

namespace Sentinel.Commands;

/// <summary>Changes later what was given to <c>run</c>.</summary>
internal static class SetCommand
{
    public static Command Create()
    {
        var target = SharedOptions.Process("Process id or name; a set is changed as a whole");
        var unset = new Option<string[]>("--unset")
        {
            Description = "Reset an option to its default, such as max-memory; health and ready reset all options of their kind (repeatable)",
            HelpName = "option",
        };
        unset.CompletionSources.Add(_ => SpecFields.Resettable.Select(name => new CompletionItem(name)));
        var unsetEnvironment = new Option<string[]>("--unset-env") { Description = "Remove a variable that --env has set (repeatable)", HelpName = "NAME" };
        var options = new SpecOptions(SpecFields.All);
        var json = SharedOptions.Json();
        var command = new Command("set") { target };
        options.AddTo(command, isNew: false);
        command.Options.Add(unset);
        command.Options.Add(unsetEnvironment);
        command.Options.Add(json);
        command.Check(result =>
        {
            if (result.GetValue(unset)!.FirstOrDefault(name => !SpecFields.Resettable.Contains(name)) is { } unknown)
                throw new FormatException($"--unset has no option '{unknown}', only {string.Join(", ", SpecFields.Resettable.Order())}");
            if (!result.Children.Any(child => child is OptionResult { Implicit: false } option && option.Option != json))
                throw new FormatException("say what to change");
        });
        command.SetAction(result => Invocation.InSession(result, json, session =>
        {
            var (found, outcomes) = SharedOptions.Named([result.GetValue(target)!]).In(session.Store.Read(), _ => true);
            var asker = SpecOptions.AskerOf(new Ancestry(session.Table));
            var changes = new List<SpecChange>();
            foreach (var record in found)
                try
                {
                    var spec = result.GetValue(unset)!.Aggregate(record.Spec, SpecFields.Reset);
                    spec = result.GetValue(unsetEnvironment)!.Aggregate(spec, WithoutVariable);
                    changes.Add(new SpecChange(record.Id, record.Spec, OfSet(record.Spec.Instance, options.In(result, spec, asker), result.GetValue(target)!)));
                }
                catch (FormatException e)
                {
                    outcomes.Add(new Outcome.Failed(record.Spec.Name, record, e.Message));
                }

            if (outcomes.Count == 0)
                outcomes.AddRange(session.Do(new Request.ChangeSpecs(changes)));
            var exitCode = session.Report(outcomes);
            if (exitCode == ExitCode.Success && session.Daemon is null && options.Has(result.CommandResult, "watch"))
                Unwatched.Warn();
            return exitCode;
        }));
        return command;
    }

    private static ProcessSpec WithoutVariable(ProcessSpec spec, string name) => spec.Variables[name] is null
        ? throw new FormatException($"it has no variable {name} of its own; 'sentinel env' shows where each comes from")
        : spec with { Variables = spec.Variables.Without(name) };

    // A new name is that of the whole set.
    private static ProcessSpec OfSet(Instance? before, ProcessSpec spec, string target)
    {
        if (before is null)
            return spec;
        if (spec.PidFile is not null)
            throw new FormatException("--pid-file names one file, and each instance of a set needs its own");
        if (spec.Name == before.Name)
            return spec;
        if (target != before.Set)
            throw new FormatException($"it is an instance of {before.Set}; 'sentinel set {before.Set} --name {spec.Name}' renames all of them");
        var renamed = before with { Set = spec.Name };
        return spec with { Instance = renamed, Name = renamed.Name };
    }
}
