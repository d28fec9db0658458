using System.CommandLine;
using Sentinel.Core.Supervision;
using Sentinel.Linux.Proc;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;
using Command = System.CommandLine.Command;

namespace Sentinel.Commands;

/// <summary>Changes later what was given to <c>run</c>.</summary>
internal static class SetCommand
{
    // The value of an option that is not given, by its name without the dashes.
    private static readonly Dictionary<string, Func<ProcessSpec, ProcessSpec>> Defaults = new()
    {
        ["restart"] = spec => spec with { Restart = RestartRule.Never },
        ["max-restarts"] = spec => spec with { RestartLimit = null },
        ["max-memory"] = spec => spec with { MaxMemoryBytes = null },
        ["stop-signal"] = spec => spec with { Stop = spec.Stop with { Signal = StopRule.Default.Signal } },
        ["stop-timeout"] = spec => spec with { Stop = spec.Stop with { Timeout = StopRule.Default.Timeout } },
        ["stop-mode"] = spec => spec with { Stop = spec.Stop with { Mode = StopRule.Default.Mode } },
        ["pid-file"] = spec => spec with { PidFile = null },
        ["log-max-size"] = spec => spec with { LogLimits = spec.LogLimits with { MaxBytes = LogLimits.Default.MaxBytes } },
        ["log-backups"] = spec => spec with { LogLimits = spec.LogLimits with { Backups = LogLimits.Default.Backups } },
        ["log-compress"] = spec => spec with { LogLimits = spec.LogLimits with { Compress = false } },
        ["log-pipe"] = spec => spec with { LogPipe = false },
        ["health"] = spec => spec with { Health = null },
        ["any-listener"] = spec => spec with { AnyListener = false },
        ["ready"] = spec => spec with { Readiness = null },
        ["startup-timeout"] = spec => spec with
        {
            Readiness = spec.Readiness is { Probe: not null } readiness ? readiness with { Timeout = Readiness.DefaultTimeout } : null,
        },
        ["ttl"] = spec => WithLease(spec, lease => lease with { Term = null }),
        ["until"] = spec => WithLease(spec, lease => lease with { Owner = null }),
        ["session"] = spec => WithLease(spec, lease => lease with { Session = null }),
        ["user"] = Treated(treatment => treatment with { User = null }),
        ["nice"] = Treated(treatment => treatment with { Nice = null }),
        ["ionice"] = Treated(treatment => treatment with { IoPriority = null }),
        ["cpu-affinity"] = Treated(treatment => treatment with { Cpus = null }),
        ["oom-score-adj"] = Treated(treatment => treatment with { OomScoreAdjust = null }),
        ["limit"] = Treated(treatment => treatment with { Limits = [] }),
        ["memory-max"] = Treated(treatment => treatment with { Tree = treatment.Tree with { MemoryBytes = null } }),
        ["cpu-max"] = Treated(treatment => treatment with { Tree = treatment.Tree with { CpuPercent = null } }),
        ["pids-max"] = Treated(treatment => treatment with { Tree = treatment.Tree with { Pids = null } }),
    };

    public static Command Create()
    {
        var target = SharedOptions.Process("Process id or name; a set is changed as a whole");
        var unset = new Option<string[]>("--unset")
        {
            Description = "Reset an option to its default, such as max-memory; health and ready reset all options of their kind (repeatable)",
            HelpName = "option",
        };
        unset.CompletionSources.Add(_ => Defaults.Keys.Select(name => new System.CommandLine.Completions.CompletionItem(name)));
        var (lease, treatment, options, health) = (new LeaseOptionSet(), new TreatmentOptionSet(), new RunOptionSet(isNew: false), new HealthOptionSet());
        var folder = new Option<string?>("--cwd") { Description = "Folder to run it in, from its next start on", HelpName = "dir" };
        var json = SharedOptions.Json();
        var command = new Command("set", "Change the options that a process was run with, now or for its next start") { target };
        command.Options.Add(folder);
        lease.AddTo(command);
        treatment.AddTo(command);
        options.AddTo(command);
        health.AddTo(command);
        command.Options.Add(unset);
        command.Options.Add(json);
        command.Check(result =>
        {
            if (result.GetValue(unset)!.FirstOrDefault(name => !Defaults.ContainsKey(name)) is { } unknown)
                throw new FormatException($"--unset has no option '{unknown}', only {string.Join(", ", Defaults.Keys.Order())}");
            if (result.GetValue(folder) is "")
                throw new FormatException("--cwd takes a folder, not ''");
            if (!result.Children.Any(child => child is System.CommandLine.Parsing.OptionResult { Implicit: false } option && option.Option != json))
                throw new FormatException("say what to change");
        });
        command.SetAction(result => Invocation.InSession(result, json, session =>
        {
            var (found, outcomes) = new Selection.Named([result.GetValue(target)!]).In(session.Store.Read(), _ => true);
            Owner? owner = null;
            if (lease.OwnerIn(result) is { } pid && (owner = new Ancestry(session.Table).Find(pid)) is null)
                return session.Report([new Outcome.Failed(result.GetValue(target)!, null, $"there is no process with the pid {pid}, which --until names", FailureCode.NotFound)]);
            foreach (var record in found)
            {
                var spec = result.GetValue(unset)!.Aggregate(record.Spec, (spec, name) => Defaults[name](spec));
                if (result.GetValue(folder) is { } to)
                    spec = spec with { WorkingDirectory = Caller.Absolute(to) };
                if (record.Spec.Instance is not null && options.HasPidFile(result.CommandResult))
                    outcomes.Add(new Outcome.Failed(record.Spec.Name, record, "--pid-file names one file, and each instance of a set needs its own"));
                else if (health.IdleIn(result.CommandResult, spec.Health) is { } idle)
                    outcomes.Add(new Outcome.Failed(record.Spec.Name, record, $"{idle} needs a health check, and it has none"));
                else
                    outcomes.AddRange(session.Do(new Request.ChangeSpec(
                        record.Id,
                        record.Spec,
                        health.In(result, options.In(result, treatment.In(result, lease.In(result, spec, owner, DateTimeOffset.UtcNow)))))));
            }

            return session.Report(outcomes);
        }));
        return command;
    }

    private static Func<ProcessSpec, ProcessSpec> Treated(Func<Treatment, Treatment> change) =>
        spec => spec with { Treatment = change(spec.Treatment) };

    private static ProcessSpec WithLease(ProcessSpec spec, Func<Lease, Lease> change) =>
        spec.Lease is { } lease ? spec with { Lease = change(lease) is var changed && changed == new Lease() ? null : changed } : spec;
}
