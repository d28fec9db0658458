using Sentinel.Commands;
using Sentinel.Linux.Native;
using Sentinel.Linux.Proc;

StandardStream.FillGaps();
FileSizeSignal.Ignore();
// Takes the caller's umask, and sets ours, before anything is created.
_ = Caller.Umask;
var arguments = Habits.Translate(Caller.Arguments(args));
return Invocation.Run(CommandLine.Parse(CommandLine.For(arguments), arguments));
