using Sentinel.Actors;

return args switch
{
    ["describe", ..] => Roles.Describe(args[1..]),
    ["lines", var stdout, var stderr] => Roles.Lines(int.Parse(stdout), int.Parse(stderr)),
    ["count", var prefix, var number] => Roles.Count(prefix, int.Parse(number)),
    ["count", var prefix, var number, var afterMs] => Roles.Count(prefix, int.Parse(number), int.Parse(afterMs)),
    ["exit", var code] => int.Parse(code),
    ["exit", var code, var afterMs] => Roles.ExitLater(int.Parse(code), int.Parse(afterMs)),
    ["die", var signal] => Roles.Die(int.Parse(signal)),
    ["ignore-term"] => Roles.IgnoreTerm(),
    ["finish", var afterMs, var code] => Roles.Finish(int.Parse(afterMs), int.Parse(code)),
    ["report", .. var signals] => Roles.Report(signals),
    ["children", var count] => Roles.Children(int.Parse(count)),
    ["leave-session", var pidFile] => Roles.LeaveSession(pidFile, stays: true),
    ["leave-session", var pidFile, "exits"] => Roles.LeaveSession(pidFile, stays: false),
    ["double-fork", var pidFile] => Roles.DoubleFork(pidFile, wipesEnvironment: false),
    ["double-fork", var pidFile, "wiped"] => Roles.DoubleFork(pidFile, wipesEnvironment: true),
    ["leave-on-term", var pidFile] => Roles.LeaveOnTerm(pidFile),
    ["burn", var threads] => Roles.Burn(int.Parse(threads)),
    ["hold", var megabytes] => Roles.Hold(int.Parse(megabytes)),
    ["parent-of", .. var command] => Roles.ParentOf(command),
    ["listen", .. var ports] => Roles.Listen(ports),
    ["listen-after", .. var filesAndPorts] => Roles.ListenAfter(filesAndPorts),
    ["once", var marker, .. var command] => Roles.Once(marker, command),
    ["keep-dead", .. var command] => Roles.KeepDead(command),
    _ => Roles.Usage(),
};
