using Sentinel.Commands;
using Sentinel.Linux;

StandardStream.FillGaps();
return Invocation.Run(CommandLine.Parse(CommandLine.Create(), Caller.Arguments(args)));
